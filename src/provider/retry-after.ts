import { isObject } from '../base/json.ts'

/**
 * Milliseconds that the provider asks us to wait, undefined where it does not say. In the order of how exactly it says it:
 * milliseconds, seconds or a date (against the answer's own clock), exhausted limits' resets, `retryDelay` in the body.
 */
export function retryAfter(headers: Headers | undefined, body: unknown, now: number): number | undefined {
  return (
    number(headers?.get('retry-after-ms'), 1) ?? number(headers?.get('x-ms-retry-after-ms'), 1) ??
    number(headers?.get('retry-after'), 1000) ?? until(headers?.get('retry-after'), headers, now) ??
    resets(headers, now) ?? retryDelay(body)
  )
}

function number(text: string | null | undefined, unit: number): number | undefined {
  if (text === null || text === undefined || text.trim() === '') return undefined
  const value = Number(text) * unit
  return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined
}

/** A date is meant on the provider's clock, which may be wrong; so is the answer's own `date`, by as much. */
function until(date: string | null | undefined, headers: Headers | undefined, now: number): number | undefined {
  if (date === null || date === undefined || !/[a-z]/i.test(date)) return undefined
  const at = Date.parse(date)
  const sent = Date.parse(headers?.get('date') ?? '')
  return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(sent) ? now : sent))
}

const LIMITS = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const

/** The latest reset of the limits that are used up. */
function resets(headers: Headers | undefined, now: number): number | undefined {
  const waits = LIMITS.flatMap((limit) => [
    until(whenExhausted(headers, `anthropic-ratelimit-${limit}-remaining`, `anthropic-ratelimit-${limit}-reset`), headers, now),
    duration(whenExhausted(headers, `x-ratelimit-remaining-${limit}`, `x-ratelimit-reset-${limit}`)),
  ]).filter((wait) => wait !== undefined)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

function whenExhausted(headers: Headers | undefined, remaining: string, reset: string): string | null | undefined {
  return Number(headers?.get(remaining) ?? Number.NaN) <= 0 ? headers?.get(reset) : undefined
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `6m0s`, `1.5s`, `20ms`. */
function duration(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(amount) * (UNITS[unit ?? ''] ?? 0)
  return Math.ceil(total)
}

function retryDelay(body: unknown): number | undefined {
  if (Array.isArray(body)) return body.map(retryDelay).find((delay) => delay !== undefined)
  if (!isObject(body)) return undefined
  return duration(body['retryDelay']) ?? retryDelay(body['error']) ?? retryDelay(body['details'])
}
