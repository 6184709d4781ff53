import { formatDuration } from '../base/duration.ts'
import { isObject } from '../base/json.ts'
import type { Conceal } from './conceal.ts'
import type { CallFailure, CallFailureReason } from './model.ts'
import { reasonOfStatus, reasonOfWords } from './reason.ts'
import type { Words } from './reason.ts'
import { retryAfter } from './retry-after.ts'
import type { Patience, Stage } from './watch.ts'
import type { WireFacts } from './wire.ts'

export interface FailureContext {
  readonly provider: string
  readonly conceal: Conceal
  readonly patience: Patience
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A stream's own way to say that the call failed, where the SDK passes it on as an event. */
export interface StreamFault {
  readonly code: string | undefined
  readonly message: string | undefined
}

/** Why a call gave no reply: from what was thrown, and from what is known of its request. Total. */
export function callFailure(thrown: unknown, facts: Readonly<WireFacts>, context: FailureContext): CallFailure {
  const name = `provider \`${context.provider}\``
  if (facts.aborted) return plain('aborted', `the call of ${name} was aborted`, facts.sent)
  if (facts.expired !== undefined) return plain('timeout', `${name} ${patienceLost(facts.expired, context.patience)}`, true)
  const words = wordsOf(thrown)
  const said = (text: string | undefined): string => (text === undefined || text.trim() === '' ? '' : `: ${context.conceal(text)}`)
  if (!facts.sent) return plain('invalid-request', `the request to ${name} could not be made${said(messageOf(thrown))}`, false)
  if (facts.status === undefined) {
    const code = causeCode(thrown)
    return plain('connection', `${name} could not be reached${said(code ?? messageOf(thrown))}`, !NEVER_CONNECTED.test(code ?? ''))
  }
  if (facts.status < 200 || facts.status > 299) return answered(thrown, facts, facts.status, words, context)
  if (words.code !== undefined || words.type !== undefined) {
    return plain(reasonOfWords(words) ?? 'overloaded', `${name} failed within its answer${said(words.message)}`, true)
  }
  return plain('cut-stream', `${name} broke off its answer`, true)
}

/** What an error is that came in place of an answer, where only the answer is known; `body` is its JSON, or its text. */
export function answeredFailure(status: number, headers: Headers, body: unknown, context: FailureContext): CallFailure {
  const thrown = { error: body }
  return answered(thrown, { headers }, status, wordsOf(thrown), context)
}

/** The answer's body ended cleanly, but its last event never came. */
export function cutShort(provider: string): CallFailure {
  return plain('cut-stream', `provider \`${provider}\` ended its answer without its last event`, true)
}

/** The stream said itself that the call failed. */
export function faultFailure(fault: StreamFault, context: FailureContext): CallFailure {
  const words = { code: fault.code, type: undefined, message: fault.message }
  const text = context.conceal(fault.message ?? fault.code ?? 'no reason given')
  return plain(reasonOfWords(words) ?? 'overloaded', `provider \`${context.provider}\` failed within its answer: ${text}`, true)
}

function answered(thrown: unknown, facts: Pick<WireFacts, 'headers'>, status: number, words: Words, context: FailureContext): CallFailure {
  const asked = facts.headers?.get('x-should-retry')
  const text = context.conceal(words.message ?? '')
  return {
    reason: reasonOfStatus(status, words),
    message: `provider \`${context.provider}\` answered ${status}${text === '' ? '' : `: ${text}`}`,
    status,
    retryAfterMs: retryAfter(facts.headers, isObject(thrown) ? thrown['error'] : undefined, context.now),
    // An error in place of an answer: no vendor charges for it.
    dispatched: false,
    ...(asked === 'true' || asked === 'false' ? { shouldRetry: asked === 'true' } : {}),
  }
}

function plain(reason: CallFailureReason, message: string, dispatched: boolean): CallFailure {
  return { reason, message, status: undefined, retryAfterMs: undefined, dispatched }
}

function patienceLost(stage: Stage, patience: Patience): string {
  const time = formatDuration(patience[stage])
  switch (stage) {
    case 'headers': return `did not answer within ${time}`
    case 'first': return `sent no event within ${time}`
    case 'idle': return `sent nothing for ${time}`
    case 'content': return `said nothing for ${time}`
    case 'rest': return `did not end its answer within ${time}`
    case 'total': return `did not finish within ${time}`
  }
}

/** No connection was made, so no work can have been done; a connection that broke may have carried the request. */
const NEVER_CONNECTED = new RegExp(
  '^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT|' +
    'CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)',
)

function causeCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth += 1) {
    const code = 'code' in error ? error.code : undefined
    if (typeof code === 'string' && /^[A-Z_0-9]+$/.test(code)) return code
    if (error instanceof AggregateError && error.errors.length > 0) return causeCode(error.errors[0])
  }
  return undefined
}

function messageOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.message : undefined
}

/** What an error's body says: `{error: {type, code, message}}`, or that without its outer layer, as the two SDKs keep it. */
function wordsOf(thrown: unknown): Words {
  const body = isObject(thrown) ? thrown['error'] : undefined
  const inner = isObject(body) && isObject(body['error']) ? body['error'] : body
  if (!isObject(inner)) return { code: undefined, type: undefined, message: typeof body === 'string' ? body : undefined }
  const details = isObject(inner['details']) ? inner['details']['error_code'] : undefined
  return { code: text(inner['code']) ?? text(details), type: text(inner['type']), message: text(inner['message']) }
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
