import type { Pico } from '../base/money.ts'
import type { Result } from '../base/result.ts'
import type { Permit } from './admission.ts'
import type { CallTeller, Lane, Settlement } from './caller.ts'
import { NO_USAGE } from './model.ts'
import type { CallFailure, ModelReply, ModelRequest, Provider, Usage } from './model.ts'
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
  readonly permit: Permit
  readonly tell: CallTeller
  readonly signal: AbortSignal
  readonly isRetry: boolean
}

/** Reserves durably, sends, and settles once: also when what it relies on throws. */
export async function sendPaid(paid: PaidRequest): Promise<Result<ModelReply, CallFailure>> {
  const { provider, lane, request, hold, id, permit, tell, signal } = paid
  try {
    await tell.reserved({ call: id, provider: lane.provider, model: lane.model, hold: String(hold) })
  } catch (error) {
    permit.settle(0n)
    throw error
  }
  const settle = async (due: Due): Promise<void> => {
    permit.settle(due.cost)
    await tell.settled({ call: id, cost: String(due.cost), basis: due.basis, usage: due.usage, retries: paid.isRetry ? 1 : 0 })
  }
  let answer: Result<ModelReply, CallFailure>
  try {
    answer = await provider.call(request, { signal, onText: (delta) => tell.text(delta), slot: tell.slot })
  } catch (error) {
    await settle({ cost: hold, basis: 'hold', usage: NO_USAGE })
    throw error
  }
  await settle(dueFor(answer, paid.price, hold))
  return answer
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
