import type { Pico } from '../base/money.ts'
import type { Result } from '../base/result.ts'
import type { CallTeller } from './caller.ts'
import type { Clearance } from './clearance.ts'
import type { CallFailure, ModelReply, ModelRequest, Provider } from './model.ts'

/** What came of it, and what it cost. */
export interface Sent {
  readonly answer: Result<ModelReply, CallFailure>
  readonly cost: Pico
}

/** Sends a request that was cleared, and settles it once: also when what it relies on throws. */
export async function sendPaid(
  provider: Provider, request: ModelRequest, clearance: Clearance, tell: Pick<CallTeller, 'slot' | 'text'>, signal: AbortSignal,
): Promise<Sent> {
  let answer: Result<ModelReply, CallFailure>
  try {
    const onSent = (): void => clearance.sent()
    const onHeaders = (status: number, headers: Headers): void => clearance.heard(status, headers)
    answer = await provider.call(request, { signal, onText: (delta) => tell.text(delta), onSent, onHeaders, slot: tell.slot })
  } catch (error) {
    await clearance.settle({ kind: 'lost' })
    throw error
  }
  const cost = await clearance.settle(answer.ok ? { kind: 'answered', usage: answer.value.usage } : { kind: 'failed', failure: answer.error })
  return { answer, cost }
}
