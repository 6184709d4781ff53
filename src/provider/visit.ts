import { err } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { mostCost } from './bound.ts'
import { failed, plainFailure, withoutRoom } from './exclusion.ts'
import type { Exclusion } from './exclusion.ts'
import type { Arrival, Journey } from './journey.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Denial, Ticket } from './lanes.ts'
import type { OverBudget } from './ledger.ts'
import type { CallFailure } from './model.ts'
import { overBudgetMessage } from './over-budget.ts'
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
    const id = requestId(journey)
    const ticket = await admitted(journey, lane, id)
    // It broke while it was tried: where there are others it is left for good.
    if (ticket === undefined && failure !== undefined && !excluded.has(laneName(lane)) && others(journey, lane).length > 0) {
      excluded.set(laneName(lane), { because: failure.reason, refusal: failed(failure) })
    }
    if (ticket === 'aborted') return err(failed(plainFailure('aborted', `the call of provider \`${lane.provider}\` was aborted`)))
    if (ticket === undefined) return undefined
    const { answer } = await sent(journey, lane, id, ticket)
    if (answer.ok) return answer
    failure = answer.error
    const delay = retryDelay(failure, progress(journey, lane), errand.retry, world.ports.random.fraction())
    if (failure.reason === 'rate-limited') freeze(journey, lane, failure, delay)
    if (delay === undefined) return givenUp(journey, lane, failure)
    // A limit holds up everyone on the lane, so its end is waited for in the queue.
    const isTime = failure.reason === 'rate-limited' || (await waited(delay, world.ports.clock, errand.signal))
    if (!isTime) return err(failed(plainFailure('aborted', `the call of provider \`${lane.provider}\` was aborted`)))
  }
}

function requestId({ errand, requests }: Journey): string {
  const { node, attempt, call } = errand.tell.slot
  return `${node}#${attempt}.${call}.${requests.length + 1}`
}

/** Undefined: the lane is excluded, or its breaker opened meanwhile. */
async function admitted(journey: Journey, lane: Lane, id: string): Promise<Ticket | 'aborted' | undefined> {
  const { world, errand, excluded } = journey
  const { retry, breaker, tell, signal } = errand
  const hold = holdOf(journey, lane)
  const applicant = { id, lane, slot: tell.slot, hold }
  const entered = await world.lanes.enter(applicant, reserved(journey, lane), breaker, signal, retry.maxWaitMs)
  if (entered.kind === 'aborted') return 'aborted'
  if (entered.kind === 'out') {
    const exclusion = exclusionFor(journey, lane, entered.value)
    if (exclusion !== undefined) excluded.set(laneName(lane), exclusion)
    return undefined
  }
  const ticket = entered.value
  const held = await heldForDay(journey, ticket, id, lane.provider, hold)
  if (held === undefined || held.ok) return ticket
  const { scope } = held.error
  excluded.set(laneName(lane), { because: 'budget', refusal: { kind: 'budget', scope, message: overBudgetMessage(hold, held.error) } })
  return undefined
}

/** What the day refuses, or cannot write down, takes nothing of the run. */
async function heldForDay(
  { world }: Journey, ticket: Ticket, id: string, provider: string, hold: bigint,
): Promise<Result<void, OverBudget> | undefined> {
  const { day, lanes, ports } = world
  let isHeld = day === undefined
  try {
    const held = await day?.hold(id, provider, hold)
    isHeld ||= held?.ok === true
    return held
  } finally {
    if (!isHeld) {
      ticket.permit.settle(0n)
      ticket.pass.end('unused', ports.clock.elapsed())
      ticket.breaker.report('none', ports.clock.elapsed())
      lanes.changed()
    }
  }
}

function exclusionFor({ world }: Journey, lane: Lane, denial: Denial): Exclusion | undefined {
  switch (denial.kind) {
    case 'breaker': return undefined
    case 'limits': return withoutRoom(lane, `limits: ${denial.hindrance.by}`, denial.hindrance.ms, world.ports.clock.now())
    case 'budget': return { because: 'budget', refusal: { kind: 'budget', scope: denial.scope, message: denial.message } }
  }
}

function holdOf({ world, errand }: Journey, lane: Lane): bigint {
  return mostCost({ ...errand.request, model: lane.model }, world.price(lane) ?? 'free')
}

async function sent(journey: Journey, lane: Lane, id: string, ticket: Ticket): Promise<Sent> {
  const { world, errand, made, requests, began } = journey
  const { clock } = world.ports
  const provider = world.providers.get(lane.provider)
  const price = world.price(lane)
  if (provider === undefined || price === undefined) throw new Error('a lane without a provider or a price was chosen')
  const request = { ...errand.request, model: lane.model }
  const hold = holdOf(journey, lane)
  const isRetry = requests.length > 0
  const name = laneName(lane)
  const at = clock.elapsed()
  made.set(name, (made.get(name) ?? 0) + 1)
  const { tell, signal } = errand
  try {
    const { lanes, day } = world
    const result = await sendPaid({ provider, lane, request, price, hold, id, ticket, lanes, day, clock, tell, signal, isRetry })
    const { answer, cost } = result
    const ms = clock.elapsed() - at
    if (answer.ok) world.memory.learn(lane, request, tell.slot, answer.value, ms, clock.elapsed())
    requests.push({
      call: id, lane: name, at: Math.round(at - began), ms: Math.round(ms), outcome: answer.ok ? 'ok' : answer.error.reason,
      status: answer.ok ? null : (answer.error.status ?? null), retryAfterMs: answer.ok ? null : (answer.error.retryAfterMs ?? null),
      hold: String(hold), cost: String(cost),
    })
    return result
  } finally {
    world.lanes.changed()
  }
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

/** The next on the lane comes a little after the time that the provider asks for, so that not all processes come together. */
const SPREAD_MS = 250

function freeze({ world }: Journey, lane: Lane, failure: CallFailure, delay: number | undefined): void {
  const { clock, random } = world.ports
  const asked = failure.retryAfterMs
  const ms = asked === undefined ? (delay ?? 1_000) : Math.max(asked + SPREAD_MS * random.fraction(), delay ?? 0)
  world.lanes.gate(lane.provider).freeze(clock.elapsed() + ms, clock.elapsed())
}

function givenUp({ world, errand, excluded, requests }: Journey, lane: Lane, failure: CallFailure): Arrival {
  const isTooLongAWait = failure.reason === 'rate-limited' && (failure.retryAfterMs ?? 0) > errand.retry.maxWaitMs
  const exclusion: Exclusion = isTooLongAWait
    ? withoutRoom(lane, failure.reason, failure.retryAfterMs ?? 0, world.ports.clock.now(), failure)
    : { because: failure.reason, refusal: failed(failure) }
  excluded.set(laneName(lane), exclusion)
  if (failure.reason === 'credential' || failure.reason === 'quota') world.memory.condemn(lane, failure)
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
