import type { CallFailure, CallFailureReason } from './model.ts'

/** How a failed request is repeated on its lane. */
export interface RetryPolicy {
  /** Requests in all for one call, the first one counted. */
  readonly attempts: number
  readonly backoffMs: number
  readonly maxDelayMs: number
  /** A provider that asks us to wait longer than this is not waited for. */
  readonly maxWaitMs: number
}

export const RETRY: RetryPolicy = { attempts: 4, backoffMs: 500, maxDelayMs: 8_000, maxWaitMs: 300_000 }

/**
 * Milliseconds to wait before the next request, undefined when there is to be none. `made`: how many requests there were.
 * Full jitter between nothing and a doubling bound; what the provider asks for is a floor, never a cap.
 */
export function retryDelay(failure: CallFailure, made: number, policy: RetryPolicy, fraction: number): number | undefined {
  if (failure.shouldRetry === false || made >= policy.attempts) return undefined
  const isAskedFor = failure.shouldRetry === true && failure.reason === 'overloaded'
  if (!isAskedFor && made > retriesOf(failure.reason)) return undefined
  const asked = failure.retryAfterMs ?? 0
  if (asked > policy.maxWaitMs) return undefined
  const bound = Math.min(policy.backoffMs * 2 ** (made - 1), policy.maxDelayMs)
  return Math.max(asked, Math.round(bound * fraction))
}

/** A silent provider stays silent; a broken answer gets one more chance; what the request itself is at fault for, none. */
function retriesOf(reason: CallFailureReason): number {
  switch (reason) {
    case 'rate-limited': return Number.POSITIVE_INFINITY
    case 'overloaded': case 'connection': return 2
    case 'cut-stream': return 1
    case 'timeout': case 'context-length': case 'invalid-request': case 'unknown-model': case 'credential': case 'quota':
    case 'aborted': case 'recording-missing': return 0
  }
}
