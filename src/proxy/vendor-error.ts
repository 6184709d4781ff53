import type { JsonObject } from '../base/json.ts'
import type { Vendor } from './endpoint.ts'

/** Why a request gets no answer of the provider's: what programs understand. */
export type Complaint = 'unauthorized' | 'unknown-address' | 'invalid-request' | 'too-large' | 'budget' | 'limit' | 'unreachable'

interface Words {
  readonly status: number
  readonly anthropic: string
  readonly openai: string
  readonly gemini: string
}

const WORDS: Readonly<Record<Complaint, Words>> = {
  unauthorized: { status: 401, anthropic: 'authentication_error', openai: 'invalid_api_key', gemini: 'UNAUTHENTICATED' },
  'unknown-address': { status: 404, anthropic: 'not_found_error', openai: 'not_found', gemini: 'NOT_FOUND' },
  'invalid-request': { status: 400, anthropic: 'invalid_request_error', openai: 'invalid_request_error', gemini: 'INVALID_ARGUMENT' },
  'too-large': { status: 413, anthropic: 'request_too_large', openai: 'request_too_large', gemini: 'INVALID_ARGUMENT' },
  budget: { status: 402, anthropic: 'billing_error', openai: 'insufficient_quota', gemini: 'RESOURCE_EXHAUSTED' },
  limit: { status: 429, anthropic: 'rate_limit_error', openai: 'rate_limit_exceeded', gemini: 'RESOURCE_EXHAUSTED' },
  unreachable: { status: 503, anthropic: 'overloaded_error', openai: 'server_error', gemini: 'UNAVAILABLE' },
}

/** An error in the vendor's own form. `retryAfterMs`: when it is worth asking again; undefined: it is not. */
export function vendorError(vendor: Vendor, complaint: Complaint, message: string, retryAfterMs?: number): Response {
  const words = WORDS[complaint]
  const mayRetry = complaint === 'limit' || complaint === 'unreachable'
  const headers = {
    'content-type': 'application/json', 'x-should-retry': String(mayRetry),
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms': String(Math.ceil(retryAfterMs)) }),
  }
  return new Response(JSON.stringify(bodyOf(vendor, words, message)), { status: words.status, headers })
}

function bodyOf(vendor: Vendor, words: Words, message: string): JsonObject {
  switch (vendor) {
    case 'anthropic': return { type: 'error', error: { type: words.anthropic, message } }
    case 'openai': return { error: { message, type: words.openai, param: null, code: words.openai } }
    case 'gemini': return { error: { code: words.status, message, status: words.gemini } }
  }
}
