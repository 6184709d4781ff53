import { excludedFor, failed, withoutRoom } from './exclusion.ts'
import type { Exclusion } from './exclusion.ts'
import type { Journey } from './journey.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Expected } from './limits.ts'
import type { LanePrice } from './price.ts'
import type { Candidate } from './route.ts'

/** Every lane of a call as it stands now; what cannot be used by this call at all is excluded on the way. */
export function survey(journey: Journey): readonly Candidate[] {
  return journey.errand.lanes.map((lane) => candidate(journey, lane))
}

/** What a lane's limits must have room for; estimates err, so they are taken a little higher. */
export function reserved({ world, errand }: Journey, lane: Lane): Expected {
  const { memory, ports } = world
  const { total, uncached } = memory.expect(lane, errand.request, errand.tell.slot, ports.clock.elapsed())
  return { total: Math.ceil(total * SAFETY), uncached: Math.ceil(uncached * SAFETY), output: errand.request.maxOutputTokens }
}

const SAFETY = 1.15

function candidate(journey: Journey, lane: Lane): Candidate {
  const { world, errand, excluded } = journey
  const { lanes, memory, ports } = world
  const name = laneName(lane)
  const now = ports.clock.elapsed()
  const unfit = excluded.get(name) ?? unfitness(journey, lane)
  if (unfit !== undefined) excluded.set(name, unfit)
  const hindrance = lanes.gate(lane.provider).hindrance(reserved(journey, lane), now)
  const waitMs = Number.isFinite(hindrance?.ms ?? 0) ? Math.round(hindrance?.ms ?? 0) : 0
  const latency = memory.latency(lane)
  return {
    lane: name, barred: unfit?.because ?? lanes.breaker(lane, errand.breaker).barred(now)?.because ?? null,
    cost: String(expectedCost(memory.expect(lane, errand.request, errand.tell.slot, now), world.price(lane))),
    latencyMs: latency === undefined ? null : Math.round(latency), waitMs,
  }
}

function unfitness(journey: Journey, lane: Lane): Exclusion | undefined {
  const { world, errand } = journey
  const { lanes, memory, ports } = world
  const { request, tell } = errand
  const name = laneName(lane)
  const now = ports.clock.elapsed()
  if (!world.providers.has(lane.provider)) return excludedFor('invalid-request', 'no-provider', `there is no provider \`${lane.provider}\``)
  if (world.price(lane) === undefined) return excludedFor('invalid-request', 'unpriced', unpriced(name))
  const fatal = memory.fatal(lane)
  if (fatal !== undefined) return { because: fatal.reason, refusal: failed(fatal) }
  const { contextWindow = Number.POSITIVE_INFINITY, tools = true } = world.facts(lane)
  if (request.tools.length > 0 && (!tools || memory.lacksTools(lane))) return excludedFor('no-tools', 'no-tools', `\`${name}\` cannot call tools`)
  const isOver = memory.expect(lane, request, tell.slot, now).total + request.maxOutputTokens > contextWindow
  if ((isOver && hasWider(journey, contextWindow)) || memory.isTooLong(lane, request)) {
    return excludedFor('context-length', 'context-window', `the conversation does not fit into the window of \`${name}\``)
  }
  const hindrance = lanes.gate(lane.provider).hindrance(reserved(journey, lane), now)
  if (hindrance === undefined || !Number.isFinite(hindrance.ms) || hindrance.ms <= errand.retry.maxWaitMs) return undefined
  return withoutRoom(lane, `limits: ${hindrance.by}`, hindrance.ms, ports.clock.now())
}

/** What is expected may be wrong, so where no other model could take more, the provider is asked. */
function hasWider({ world, errand }: Journey, contextWindow: number): boolean {
  return errand.lanes.some((lane) => (world.facts(lane).contextWindow ?? Number.POSITIVE_INFINITY) > contextWindow)
}

export function unpriced(name: string): string {
  return `no price is known for \`${name}\`: give one under \`prices\` of the provider, or say \`free\` there`
}

/** What is sent and not cached will be written to the cache, so that a change of lanes costs what it really costs. */
function expectedCost({ total, uncached, output }: Expected, price: LanePrice | undefined): bigint {
  if (price === undefined || price === 'free') return 0n
  const tier = price.long !== undefined && total > price.long.above ? price.long : price
  return BigInt(total - uncached) * tier.cacheRead + BigInt(uncached) * tier.cacheWrite + BigInt(output) * tier.output
}
