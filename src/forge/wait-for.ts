import type { Answer } from './answer.ts'

/** A secondary limit without a time asks for at least a minute. */
const SECONDARY_MS = 60_000

/**
 * How long to wait before the same question is asked again, in milliseconds; undefined: asking again would not help, or would do
 * twice what may have been done. `now`: milliseconds since 1970.
 */
export function waitFor(answer: Answer, method: string, attempt: number, now: number): number | undefined {
  const { status, headers } = answer
  const isRepeatable = method !== 'POST'
  if (status === null || status >= 500) return isRepeatable ? 1000 * 2 ** (attempt - 1) : undefined
  if (status !== 403 && status !== 429) return undefined
  // Refused for its number, so nothing was done.
  const after = Number(headers.get('retry-after') ?? Number.NaN)
  if (Number.isFinite(after) && after >= 0) return after * 1000
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
    return Number.isFinite(reset) ? Math.max(1000, reset * 1000 - now) : SECONDARY_MS
  }
  return isSecondary(answer) ? SECONDARY_MS : undefined
}

function isSecondary({ value }: Answer): boolean {
  return typeof value === 'object' && value !== null && 'message' in value && /secondary rate limit|abuse detection/i.test(String(value.message))
}
