import type { CallFailureReason } from './model.ts'

/** What a provider says of its failure; the stable words first. */
export interface Words {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly message: string | undefined
}

/** By status, and by the provider's words where a status has more than one meaning. */
export function reasonOfStatus(status: number, words: Words): CallFailureReason {
  const worded = reasonOfWords(words)
  switch (status) {
    case 400: return BAD_REQUESTS.find((reason) => reason === worded) ?? 'invalid-request'
    case 401: return 'credential'
    case 402: return 'quota'
    case 403: return worded === 'quota' ? 'quota' : 'credential'
    case 404: return worded === 'no-tools' ? worded : worded === 'unknown-model' || /model/i.test(words.message ?? '') ? 'unknown-model' : 'invalid-request'
    case 408: case 409: return 'overloaded'
    case 413: return worded === 'context-length' ? worded : 'invalid-request'
    case 429: return worded === 'quota' ? 'quota' : 'rate-limited'
    default: return status >= 500 ? 'overloaded' : 'invalid-request'
  }
}

/** What vendors have been seen to hide behind status 400. */
const BAD_REQUESTS: readonly CallFailureReason[] = ['context-length', 'quota', 'unknown-model', 'no-tools', 'credential']

const BY_WORD: ReadonlyMap<string, CallFailureReason> = new Map<string, CallFailureReason>([
  ['overloaded_error', 'overloaded'], ['api_error', 'overloaded'], ['server_error', 'overloaded'], ['timeout_error', 'overloaded'],
  ['service_unavailable', 'overloaded'], ['internal_error', 'overloaded'], ['internal_server_error', 'overloaded'],
  ['rate_limit_error', 'rate-limited'], ['rate_limit_exceeded', 'rate-limited'],
  ['insufficient_quota', 'quota'], ['billing_error', 'quota'], ['billing_hard_limit_reached', 'quota'],
  ['authentication_error', 'credential'], ['permission_error', 'credential'], ['invalid_api_key', 'credential'],
  ['not_found_error', 'unknown-model'], ['model_not_found', 'unknown-model'],
  ['context_length_exceeded', 'context-length'],
])

const CONTEXT = /context (length|window)|maximum context|(prompt|input) is too long|too many (input )?tokens|exceeds? .{0,40}context/i
const CREDIT = /credit balance|exceeded your current quota|spend(ing)? limit/i

/** Each server has its own words for it: Ollama, OpenAI, OpenRouter, vLLM. */
const NO_TOOLS = /does(n't| not) support (tools?|function call)|\btools?\b.{0,20} (is|are) not supported|endpoints .{0,20}support tool use|enable-auto-tool-choice/i

/** Undefined where the words are none that we know. The code is more exact than the type, the message only a last resort. */
export function reasonOfWords(words: Words): CallFailureReason | undefined {
  if (/spend_limit|quota_exceeded|credit/.test(words.code ?? '')) return 'quota'
  const coded = BY_WORD.get(words.code ?? '')
  if (coded !== undefined) return coded
  if (CONTEXT.test(words.message ?? '')) return 'context-length'
  if (CREDIT.test(words.message ?? '')) return 'quota'
  if (NO_TOOLS.test(words.message ?? '')) return 'no-tools'
  const typed = BY_WORD.get(words.type ?? '')
  if (typed !== undefined) return typed
  if (/^[45]\d\d$/.test(words.code ?? '')) return reasonOfStatus(Number(words.code), { ...words, code: undefined })
  return /invalid|policy|misalignment/.test(`${words.code ?? ''} ${words.type ?? ''}`) ? 'invalid-request' : undefined
}
