import type { CallFailure } from './model.ts'

/** How a failed request is repeated. */
export interface RetryPolicy {
  /** Requests in all for one call, the first one counted, on all lanes together. */
  readonly attempts: number
  readonly backoffMs: number
  readonly maxDelayMs: number
  /** A provider that asks us to wait longer than this is not waited for. */
  readonly maxWaitMs: number
}

export const RETRY: RetryPolicy = { attempts: 4, backoffMs: 500, maxDelayMs: 8_000, maxWaitMs: 300_000 }

/** A wait that a lane is worth while another one is free, in milliseconds. */
export const PATIENT_MS = 10_000

/** How far a call has come. */
export interface Progress {
  /** Requests that were sent, on all lanes. */
  readonly made: number
  /** Those on the lane that failed last. */
  readonly onLane: number
  /** Whether another lane could take over. */
  readonly hasOther: boolean
}

/**
 * Milliseconds to wait before the next request on the same lane, undefined when there is to be none there.
 * Full jitter between nothing and a doubling bound; what the provider asks for is a floor, never a cap.
 */
export function retryDelay(failure: CallFailure, progress: Progress, policy: RetryPolicy, fraction: number): number | undefined {
  const { made, onLane, hasOther } = progress
  // The last request belongs to the other lane.
  if (failure.shouldRetry === false || made >= policy.attempts - (hasOther ? 1 : 0)) return undefined
  const isAskedFor = failure.shouldRetry === true && failure.reason === 'overloaded' && !hasOther
  if (!isAskedFor && onLane > (hasOther ? retriesBeforeLeaving(failure) : retriesOf(failure))) return undefined
  const asked = failure.retryAfterMs ?? 0
  if (asked > (hasOther ? Math.min(PATIENT_MS, policy.maxWaitMs) : policy.maxWaitMs)) return undefined
  const bound = Math.min(policy.backoffMs * 2 ** (onLane - 1), policy.maxDelayMs)
  return Math.max(asked, Math.round(bound * fraction))
}

/** What becomes of the call when its lane is given up. */
export type Consequence = 'next-lane' | 'longer-window' | 'stop'

export function consequenceOf(failure: CallFailure): Consequence {
  switch (failure.reason) {
    case 'rate-limited': case 'overloaded': case 'connection': case 'timeout': case 'cut-stream':
    case 'unknown-model': case 'no-tools': case 'credential': case 'quota':
      return 'next-lane'
    case 'context-length': return 'longer-window'
    case 'invalid-request': case 'aborted': case 'recording-missing': return 'stop'
  }
}

/** A silent provider stays silent; a broken answer gets one more chance; what the request itself is at fault for, none. */
function retriesOf({ reason }: CallFailure): number {
  switch (reason) {
    case 'rate-limited': return Number.POSITIVE_INFINITY
    case 'overloaded': case 'connection': return 2
    case 'cut-stream': return 1
    case 'timeout': case 'context-length': case 'invalid-request': case 'unknown-model': case 'no-tools': case 'credential': case 'quota':
    case 'aborted': case 'recording-missing': return 0
  }
}

/** With another lane at hand, only what is likely to pass at once is tried again: an overloaded provider is left. */
function retriesBeforeLeaving(failure: CallFailure): number {
  if (failure.reason === 'rate-limited') return 2
  if (failure.reason === 'overloaded') return OVERLOADED.has(failure.status) ? 0 : 1
  return Math.min(1, retriesOf(failure))
}

/** An error within an answer has no status. */
const OVERLOADED: ReadonlySet<number | undefined> = new Set([503, 529, undefined])
