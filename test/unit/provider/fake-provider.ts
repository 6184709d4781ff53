import { err, ok } from '../../../src/base/result.ts'
import type { CallTeller, Decision, Reservation, Settlement } from '../../../src/provider/caller.ts'
import { NO_USAGE } from '../../../src/provider/model.ts'
import type { CallFailure, CallFailureReason, CallSlot, ModelReply, Provider, Usage } from '../../../src/provider/model.ts'

/** One entry for each request that the provider is to answer. */
export type Turn = Partial<Usage> | CallFailure

export function failure(reason: CallFailureReason, more: Partial<CallFailure> = {}): CallFailure {
  return { reason, message: `it was ${reason}`, status: undefined, retryAfterMs: undefined, dispatched: false, ...more }
}

export function replyWith(usage: Partial<Usage>): ModelReply {
  const message: ModelReply['message'] = { role: 'assistant', text: 'ok', toolCalls: [] }
  return { message, stop: 'end', usage: { ...NO_USAGE, ...usage }, model: 'm', requestId: undefined }
}

/** A provider that follows a list; past its end it fails loudly. */
export function scripted(turns: readonly Turn[]): Provider & { readonly calls: number } {
  let calls = 0
  return {
    name: 'p',
    get calls() {
      return calls
    },
    call(_request, { signal }) {
      const turn = turns[calls]
      calls += 1
      if (turn === undefined) return Promise.reject(new Error('one call too many'))
      if (signal.aborted) return Promise.resolve(err(failure('aborted')))
      return Promise.resolve('reason' in turn ? err(turn) : ok(replyWith(turn)))
    },
  }
}

/** Everything that was told, in its order. */
export interface Told extends CallTeller {
  readonly events: (['reserved', Reservation] | ['settled', Settlement] | ['decided', Decision] | ['text', string])[]
}

export function listener(slot: CallSlot = { node: 'fix', attempt: 1, call: 0 }): Told {
  const events: Told['events'] = []
  const tell = (entry: Told['events'][number]): Promise<void> => {
    events.push(entry)
    return Promise.resolve()
  }
  return {
    events, slot,
    reserved: (reservation) => tell(['reserved', reservation]),
    settled: (settlement) => tell(['settled', settlement]),
    decided: (decision) => tell(['decided', decision]),
    text: (delta) => void events.push(['text', delta]),
  }
}
