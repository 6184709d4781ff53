import { chosenLane } from './route.ts'
import type { Candidate, Strategy } from './route.ts'

/** Why a call went where it went: plain data for the journal. Times are milliseconds since the call began. */
export interface Audit {
  readonly strategy: Strategy
  /** The lane of the conversation so far; null for its first call. */
  readonly sticky: string | null
  /** Each time that a lane was to be chosen. */
  readonly rounds: readonly Round[]
  /** Every request that was sent. */
  readonly requests: readonly AuditedRequest[]
}

export interface Round {
  readonly at: number
  readonly candidates: readonly Candidate[]
  /** Null: there was none. */
  readonly chosen: string | null
}

export interface AuditedRequest {
  readonly call: string
  readonly lane: string
  readonly at: number
  readonly ms: number
  readonly outcome: string
  readonly status: number | null
  readonly retryAfterMs: number | null
  /** What was held for it and what it came to, in pico-dollars. */
  readonly hold: string
  readonly cost: string
}

/** What was chosen in each round, found again from the record alone. */
export function derivedChoice(audit: Audit): readonly (string | null)[] {
  return audit.rounds.map(({ candidates }) => chosenLane(audit.strategy, candidates, audit.sticky) ?? null)
}
