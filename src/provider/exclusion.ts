import { formatDuration } from '../base/duration.ts'
import type { Refusal } from './caller.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Denial } from './lanes.ts'
import type { CallFailure, CallFailureReason } from './model.ts'

/** Why a call does not use a lane any more, and what it would end with if that were the last one. */
export interface Exclusion {
  readonly because: string
  readonly refusal: Refusal
}

/** What a call ends with that has no lane left: with waiting where that helps, else with what happened last. */
export function lastWord(exclusions: Iterable<Exclusion>): Refusal {
  const all = [...exclusions].map(({ refusal }) => refusal)
  const quotas = all.flatMap((refusal) => (refusal.kind === 'quota' ? [refusal] : []))
  const soonest = quotas.sort((a, b) => a.resumeAfter - b.resumeAfter)[0]
  return soonest ?? all.at(-1) ?? failed(plainFailure('invalid-request', 'the route has no lanes'))
}

export function failed(failure: CallFailure): Refusal {
  return { kind: 'failed', failure }
}

export function plainFailure(reason: CallFailureReason, message: string): CallFailure {
  return { reason, message, status: undefined, retryAfterMs: undefined, dispatched: false }
}

export function excludedFor(reason: CallFailureReason, because: string, message: string): Exclusion {
  return { because, refusal: failed(plainFailure(reason, message)) }
}

/** No room within the longest wait. `now`: milliseconds since 1970. */
export function withoutRoom(lane: Lane, because: string, ms: number, now: number, failure?: CallFailure): Exclusion {
  const wait = Number.isFinite(ms) ? Math.ceil(ms) : 0
  const message = `provider \`${lane.provider}\` has no room for a call of \`${laneName(lane)}\` within the longest wait`
  const more = wait > 0 ? `, but in ${formatDuration(wait)}` : ''
  const told = failure ?? { ...plainFailure('rate-limited', `${message}${more}`), retryAfterMs: wait }
  return { because, refusal: { kind: 'quota', failure: told, resumeAfter: now + wait } }
}

/** Undefined for a breaker, which may close again while the call goes on. */
export function exclusionFor(lane: Lane, denial: Denial, now: number): Exclusion | undefined {
  switch (denial.kind) {
    case 'breaker': return undefined
    case 'limits': return withoutRoom(lane, `limits: ${denial.hindrance.by}`, denial.hindrance.ms, now)
    case 'budget': return { because: 'budget', refusal: denial }
  }
}
