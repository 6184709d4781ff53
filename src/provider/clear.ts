import type { Pico } from '../base/money.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Applicant } from './admission.ts'
import { mostTokenCost } from './bound.ts'
import type { BreakerSettings, LaneResult } from './breaker.ts'
import type { CallTeller, Settlement } from './caller.ts'
import type { Bound, Clearance, Outcome } from './clearance.ts'
import type { World } from './journey.ts'
import type { Lane } from './lane.ts'
import type { Denial, Ticket } from './lanes.ts'
import type { Use } from './limits.ts'
import { NO_USAGE } from './model.ts'
import type { CallFailure, CallFailureReason, Usage } from './model.ts'
import { costOf } from './price.ts'
import type { LanePrice } from './price.ts'

export interface ClearanceOrder {
  readonly bound: Bound
  /** Of the reservation and its settlement; unique in the run. */
  readonly id: string
  readonly breaker: BreakerSettings
  readonly maxWaitMs: number
  readonly tell: Pick<CallTeller, 'slot' | 'reserved' | 'settled'>
  readonly signal: AbortSignal
  readonly isRetry: boolean
  /** It goes on at once where a budget has no room, instead of waiting until it has. */
  readonly isHasty?: boolean
}

/**
 * Takes breaker, slot, limits and budgets in one synchronous step, then holds the money of the day, then makes the reservation
 * durable. What refuses on the way, or cannot write, leaves nothing taken. The price of the lane must be known.
 */
export async function clear(world: World, order: ClearanceOrder): Promise<Result<Clearance, Denial | 'aborted'>> {
  const { bound, breaker, maxWaitMs, signal, isHasty = false } = order
  const { lane } = bound
  const price = world.price(lane)
  if (price === undefined) throw new Error('a lane without a price was chosen')
  const applicant = applicantOf(order, price, bound.input)
  const { hold } = applicant
  const expected = bound.expected ?? { total: bound.input, uncached: bound.input, output: bound.output }
  for (;;) {
    const entered = await world.lanes.enter({ admission: world.admission, applicant, lane, expected, breaker, maxWaitMs, isHasty }, signal)
    if (entered.kind === 'aborted') return err('aborted')
    if (entered.kind === 'out') return err(renewed(world, entered.value))
    if (await isReserved(world, order, entered.value, hold)) return ok(cleared(world, order, entered.value, price, hold))
  }
}

/** Who asks to be let in, were its input so many tokens. */
export function applicantOf({ bound, id, tell }: Pick<ClearanceOrder, 'bound' | 'id' | 'tell'>, price: LanePrice, input: number): Applicant {
  return { id, lane: bound.lane, slot: tell.slot, hold: mostTokenCost(input, bound.output, price, bound.keepsHour) }
}

/** False: other processes took the room of the day meanwhile. The run's ledger knows it now, so it is asked again. */
async function isReserved(world: World, { id, bound: { lane }, tell }: ClearanceOrder, ticket: Ticket, hold: Pico): Promise<boolean> {
  let isTaken = false
  try {
    if ((await world.day?.hold(id, world.account(lane.provider), hold)) === false) return false
    await tell.reserved({ call: id, provider: lane.provider, model: lane.model, hold: String(hold) })
    isTaken = true
  } finally {
    if (!isTaken) giveBack(world, ticket)
  }
  return true
}

/** The budget of a day is there again on the next one. */
function renewed({ day }: World, denial: Denial): Denial {
  const resumeAfter = denial.kind === 'budget' ? day?.renewal(denial.scope) : undefined
  return denial.kind === 'budget' && resumeAfter !== undefined ? { ...denial, resumeAfter } : denial
}

function giveBack({ lanes, ports }: World, ticket: Ticket): void {
  ticket.permit.release()
  ticket.pass.end('unused', ports.clock.elapsed())
  ticket.breaker.report('none', ports.clock.elapsed())
  lanes.changed()
}

function cleared(world: World, order: ClearanceOrder, ticket: Ticket, price: LanePrice, hold: Pico): Clearance {
  const { clock } = world.ports
  const { id, tell } = order
  let settled: Promise<Pico> | undefined
  const settle = async (outcome: Outcome): Promise<Pico> => {
    const due = dueFor(outcome, price, hold)
    ticket.breaker.report(healthOf(outcome), clock.elapsed())
    ticket.permit.settle(due.cost)
    ticket.pass.end(due.use, clock.elapsed())
    world.lanes.changed()
    await world.day?.settle(id, due.cost)
    const { cost, basis, usage } = due
    await tell.settled({ call: id, cost: String(cost), basis, usage, retries: order.isRetry ? 1 : 0 })
    return cost
  }
  return {
    id,
    hold,
    sent() {
      ticket.pass.sent(clock.elapsed())
      world.lanes.changed()
    },
    heard(status, headers) {
      ticket.pass.heard(status, headers, clock.elapsed())
      world.lanes.changed()
    },
    settle: async (outcome) => (settled ??= settle(outcome)),
  }
}

function healthOf(outcome: Outcome): LaneResult {
  switch (outcome.kind) {
    case 'answered': return 'success'
    case 'failed': return laneResult(outcome.failure.reason)
    case 'lost': return 'none'
  }
}

/** What a failure says of the health of its lane. */
function laneResult(reason: CallFailureReason): LaneResult {
  switch (reason) {
    case 'overloaded': case 'connection': case 'timeout': case 'cut-stream': return 'failure'
    case 'credential': case 'quota': return 'fatal'
    case 'rate-limited': case 'context-length': case 'invalid-request': case 'unknown-model': case 'no-tools': case 'aborted': case 'recording-missing':
      return 'none'
  }
}

interface Due {
  readonly cost: Pico
  readonly basis: Settlement['basis']
  readonly usage: Usage
  readonly use: Use
}

/** What is known is charged as it is; what may have been used and is not known, with all that was held for it. */
function dueFor(outcome: Outcome, price: LanePrice, hold: Pico): Due {
  if (outcome.kind === 'failed' && !outcome.failure.dispatched) return { cost: 0n, basis: 'none', usage: NO_USAGE, use: 'unused' }
  if (outcome.kind !== 'answered') return { cost: hold, basis: 'hold', usage: NO_USAGE, use: 'lost' }
  const { usage } = outcome
  const isCounted = usage.input + usage.output + usage.cacheRead + usage.cacheWrite > 0
  return isCounted ? { cost: costOf(usage, price), basis: 'measured', usage, use: usage } : { cost: hold, basis: 'hold', usage, use: 'lost' }
}

/** The next on the lane comes a little after the time that the provider asks for, so that not all processes come together. */
const SPREAD_MS = 250

/** A limit was hit: all on the lane wait. `delay`: what the one that hit it would wait, where it would. */
export function freeze({ lanes, ports }: World, lane: Lane, failure: CallFailure, delay: number | undefined): void {
  const { clock, random } = ports
  const asked = failure.retryAfterMs
  const ms = asked === undefined ? (delay ?? 1_000) : Math.max(asked + SPREAD_MS * random.fraction(), delay ?? 0)
  lanes.gate(lane.provider).freeze(clock.elapsed() + ms, clock.elapsed())
}
