import type { Pico } from '../base/money.ts'
import type { Clock } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { LaneResult } from './breaker.ts'
import type { CallTeller, Settlement } from './caller.ts'
import type { Lane } from './lane.ts'
import type { Lanes, Ticket } from './lanes.ts'
import type { DayLedger } from './day-ledger.ts'
import type { Use } from './limits.ts'
import { NO_USAGE } from './model.ts'
import type { CallFailure, CallFailureReason, ModelReply, ModelRequest, Provider, Usage } from './model.ts'
import { costOf } from './price.ts'
import type { LanePrice } from './price.ts'

/** One admitted request. */
export interface PaidRequest {
  readonly provider: Provider
  readonly lane: Lane
  readonly request: ModelRequest
  readonly price: LanePrice
  readonly hold: Pico
  /** Of the reservation and its settlement. */
  readonly id: string
  readonly ticket: Ticket
  readonly lanes: Lanes
  readonly day: DayLedger | undefined
  readonly clock: Clock
  readonly tell: CallTeller
  readonly signal: AbortSignal
  readonly isRetry: boolean
}

/** What came of it, and what it cost. */
export interface Sent {
  readonly answer: Result<ModelReply, CallFailure>
  readonly cost: Pico
}

/** Reserves durably, sends, and settles once: also when what it relies on throws. */
export async function sendPaid(paid: PaidRequest): Promise<Sent> {
  const { provider, lane, request, hold, id, ticket, tell, signal, clock } = paid
  const settle = async (due: Due, use: Use): Promise<void> => {
    ticket.permit.settle(due.cost)
    ticket.pass.end(use, clock.elapsed())
    await paid.day?.settle(id, due.cost)
    await tell.settled({ call: id, cost: String(due.cost), basis: due.basis, usage: due.usage, retries: paid.isRetry ? 1 : 0 })
  }
  try {
    await tell.reserved({ call: id, provider: lane.provider, model: lane.model, hold: String(hold) })
  } catch (error) {
    ticket.permit.settle(0n)
    ticket.pass.end('unused', clock.elapsed())
    ticket.breaker.report('none', clock.elapsed())
    throw error
  }
  let answer: Result<ModelReply, CallFailure>
  try {
    const onHeaders = (status: number, headers: Headers): void => {
      ticket.pass.heard(status, headers, clock.elapsed())
      paid.lanes.changed()
    }
    answer = await provider.call(request, { signal, onText: (delta) => tell.text(delta), onHeaders, slot: tell.slot })
  } catch (error) {
    ticket.breaker.report('none', clock.elapsed())
    await settle({ cost: hold, basis: 'hold', usage: NO_USAGE }, 'lost')
    throw error
  }
  ticket.breaker.report(answer.ok ? 'success' : laneResult(answer.error.reason), clock.elapsed())
  const due = dueFor(answer, paid.price, hold)
  await settle(due, due.basis === 'measured' ? due.usage : due.basis === 'none' ? 'unused' : 'lost')
  return { answer, cost: due.cost }
}

/** What a failure says of the health of its lane. */
function laneResult(reason: CallFailureReason): LaneResult {
  switch (reason) {
    case 'overloaded': case 'connection': case 'timeout': case 'cut-stream': return 'failure'
    case 'credential': case 'quota': return 'fatal'
    case 'rate-limited': case 'context-length': case 'invalid-request': case 'unknown-model': case 'aborted': case 'recording-missing':
      return 'none'
  }
}

interface Due {
  readonly cost: Pico
  readonly basis: Settlement['basis']
  readonly usage: Usage
}

/** What is known is charged as it is; what may have been used and is not known, with all that was held for it. */
function dueFor(answer: Result<ModelReply, CallFailure>, price: LanePrice, hold: Pico): Due {
  if (!answer.ok && !answer.error.dispatched) return { cost: 0n, basis: 'none', usage: NO_USAGE }
  if (!answer.ok) return { cost: hold, basis: 'hold', usage: NO_USAGE }
  const { usage } = answer.value
  const isCounted = usage.input + usage.output + usage.cacheRead + usage.cacheWrite > 0
  return isCounted ? { cost: costOf(usage, price), basis: 'measured', usage } : { cost: hold, basis: 'hold', usage }
}
