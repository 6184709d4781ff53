import type { Clock } from '../base/ports.ts'
import type { CallTeller, Decision, Refusal } from '../provider/caller.ts'
import type { Clearance, Outcome } from '../provider/clearance.ts'
import { laneName } from '../provider/lane.ts'
import type { Lane } from '../provider/lane.ts'

/** What is told of a request beside its money: a program has one model, but what became of asking it belongs to the record. */
export interface CallRecord {
  readonly tell: CallTeller
  refused(refusal: Refusal): Promise<void>
  ended(clearance: Clearance, outcome: Outcome, cost: bigint): Promise<void>
}

export function createRecord(lane: Lane, tell: CallTeller, clock: Clock): CallRecord {
  const name = laneName(lane)
  const began = clock.elapsed()
  let sent = began
  const decided = async (outcome: string, requests: Decision['audit']['requests']): Promise<void> => {
    const isSent = requests.length > 0
    const candidate = { lane: name, barred: isSent ? null : outcome, cost: '0', latencyMs: null, waitMs: 0 }
    const round = { at: 0, candidates: [candidate], chosen: isSent ? name : null }
    await tell.decided({ route: null, chosen: round.chosen, reason: 'model', excluded: [], outcome, audit: { strategy: 'priority', sticky: null, rounds: [round], requests } })
  }
  return {
    tell: {
      ...tell,
      async reserved(reservation) {
        await tell.reserved(reservation)
        sent = clock.elapsed()
      },
    },
    refused: async (refusal) => decided(refusal.kind === 'failed' ? refusal.failure.reason : refusal.kind, []),
    async ended({ id, hold }, outcome, cost) {
      const failure = outcome.kind === 'failed' ? outcome.failure : undefined
      const word = failure?.reason ?? (outcome.kind === 'answered' ? 'ok' : outcome.kind)
      await decided(word, [{
        call: id, lane: name, at: Math.round(sent - began), ms: Math.round(clock.elapsed() - sent), outcome: word, status: failure?.status ?? null,
        retryAfterMs: failure?.retryAfterMs ?? null, hold: String(hold), cost: String(cost),
      }])
    },
  }
}
