import { err } from '../base/result.ts'
import { freeze } from './clear.ts'
import { clearTightly } from './clear-tight.ts'
import type { Bound, Clearance } from './clearance.ts'
import { exclusionFor, failed, plainFailure, withoutRoom } from './exclusion.ts'
import type { Exclusion } from './exclusion.ts'
import type { Arrival, Journey } from './journey.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { CallFailure } from './model.ts'
import { consequenceOf, retryDelay } from './retry.ts'
import type { Progress } from './retry.ts'
import { sendPaid } from './send-paid.ts'
import type { Sent } from './send-paid.ts'
import { reserved } from './survey.ts'
import { waited } from './waited.ts'

/** Stays on one lane until there is a reply, until the lane is given up, or until nothing helps. */
export async function visit(journey: Journey, lane: Lane): Promise<Arrival> {
  const { world, errand, excluded } = journey
  let failure: CallFailure | undefined
  for (;;) {
    const cleared = await admitted(journey, lane)
    // It broke while it was tried: where there are others it is left for good.
    if (cleared === undefined && failure !== undefined && !excluded.has(laneName(lane)) && others(journey, lane).length > 0) {
      excluded.set(laneName(lane), { because: failure.reason, refusal: failed(failure) })
    }
    if (cleared === 'aborted') return err(failed(plainFailure('aborted', `the call of provider \`${lane.provider}\` was aborted`)))
    if (cleared === undefined) return undefined
    const { answer } = await sent(journey, lane, cleared)
    if (answer.ok) return answer
    failure = answer.error
    const delay = retryDelay(failure, progress(journey, lane), errand.retry, world.ports.random.fraction())
    if (failure.reason === 'rate-limited') freeze(world, lane, failure, delay)
    if (delay === undefined) return givenUp(journey, lane, failure)
    // A limit holds up everyone on the lane, so its end is waited for in the queue.
    const isTime = failure.reason === 'rate-limited' || (await waited(delay, world.ports.clock, errand.signal))
    if (!isTime) return err(failed(plainFailure('aborted', `the call of provider \`${lane.provider}\` was aborted`)))
  }
}

/** Undefined: the lane is excluded, or its breaker opened meanwhile. */
async function admitted(journey: Journey, lane: Lane): Promise<Clearance | 'aborted' | undefined> {
  const { world, errand, excluded, requests } = journey
  const { retry, breaker, tell, signal, request } = errand
  const { node, attempt, call } = tell.slot
  const input = world.memory.mostInput(lane, request)
  const bound = { lane, input, output: request.maxOutputTokens, expected: reserved(journey, lane), ...countingOf(journey, lane) }
  const id = `${node}#${attempt}.${call}.${requests.length + 1}`
  const cleared = await clearTightly(world, { bound, id, breaker, maxWaitMs: retry.maxWaitMs, tell, signal, isRetry: requests.length > 0 })
  if (cleared.ok) return cleared.value
  if (cleared.error === 'aborted') return 'aborted'
  const exclusion = exclusionFor(lane, cleared.error, world.ports.clock.now())
  if (exclusion !== undefined) excluded.set(laneName(lane), exclusion)
  return undefined
}

/** How the provider can be asked for the tokens of this request: once for all that it takes on this lane. */
function countingOf({ world, errand, counts }: Journey, lane: Lane): Pick<Bound, 'count'> {
  const provider = world.providers.get(lane.provider)
  if (provider?.count === undefined) return {}
  const request = { ...errand.request, model: lane.model }
  return {
    async count(signal) {
      const name = laneName(lane)
      const counted = counts.get(name) ?? provider.count?.(request, { signal, slot: errand.tell.slot }) ?? Promise.resolve(undefined)
      counts.set(name, counted)
      return counted
    },
  }
}

async function sent(journey: Journey, lane: Lane, clearance: Clearance): Promise<Sent> {
  const { world, errand, made, requests, began } = journey
  const { clock } = world.ports
  const provider = world.providers.get(lane.provider)
  if (provider === undefined) throw new Error('a lane without a provider was chosen')
  const { tell, signal } = errand
  const request = { ...errand.request, model: lane.model }
  const name = laneName(lane)
  const at = clock.elapsed()
  made.set(name, (made.get(name) ?? 0) + 1)
  const result = await sendPaid(provider, request, clearance, tell, signal)
  const { answer, cost } = result
  const ms = clock.elapsed() - at
  if (answer.ok) world.memory.learn(lane, request, tell.slot, answer.value, ms, clock.elapsed())
  requests.push({
    call: clearance.id, lane: name, at: Math.round(at - began), ms: Math.round(ms), outcome: answer.ok ? 'ok' : answer.error.reason,
    status: answer.ok ? null : (answer.error.status ?? null), retryAfterMs: answer.ok ? null : (answer.error.retryAfterMs ?? null),
    hold: String(clearance.hold), cost: String(cost),
  })
  return result
}

function others({ errand, excluded }: Journey, lane: Lane): readonly Lane[] {
  return errand.lanes.filter((other) => other !== lane && !excluded.has(laneName(other)))
}

function progress(journey: Journey, lane: Lane): Progress {
  const { errand, requests, made, world } = journey
  const now = world.ports.clock.elapsed()
  const hasOther = others(journey, lane).some((other) => world.lanes.breaker(other, errand.breaker).barred(now) === undefined)
  return { made: requests.length, onLane: made.get(laneName(lane)) ?? 0, hasOther }
}

function givenUp({ world, errand, excluded, requests }: Journey, lane: Lane, failure: CallFailure): Arrival {
  const isTooLongAWait = failure.reason === 'rate-limited' && (failure.retryAfterMs ?? 0) > errand.retry.maxWaitMs
  const exclusion: Exclusion = isTooLongAWait
    ? withoutRoom(lane, failure.reason, failure.retryAfterMs ?? 0, world.ports.clock.now(), failure)
    : { because: failure.reason, refusal: failed(failure) }
  excluded.set(laneName(lane), exclusion)
  if (failure.reason === 'credential' || failure.reason === 'quota') world.memory.condemn(lane, failure)
  if (failure.reason === 'no-tools') world.memory.lackTools(lane)
  const consequence = consequenceOf(failure)
  if (consequence === 'stop' || requests.length >= errand.retry.attempts) return err(exclusion.refusal)
  if (consequence === 'longer-window') {
    world.memory.tooLong(lane, errand.request)
    excludeSmaller(errand.lanes, lane, (known) => world.facts(known).contextWindow, excluded, exclusion)
  }
  return undefined
}

function excludeSmaller(
  lanes: readonly Lane[], than: Lane, windowOf: (lane: Lane) => number | undefined, excluded: Map<string, Exclusion>, exclusion: Exclusion,
): void {
  const least = windowOf(than)
  for (const lane of lanes) {
    const window = windowOf(lane)
    if (least !== undefined && window !== undefined && window <= least && !excluded.has(laneName(lane))) {
      excluded.set(laneName(lane), { ...exclusion, because: 'context-window' })
    }
  }
}
