import type { Refusal } from '../provider/caller.ts'
import type { CallFailureReason } from '../provider/model.ts'
import type { AgentFailure } from './agent.ts'

export const ABORTED: AgentFailure = { code: 'aborted', message: 'the agent was stopped' }

/** A model call that gave no reply, as the agent's end. */
export function failureOf(refusal: Refusal): AgentFailure {
  if (refusal.kind === 'budget') {
    const { message, scope, resumeAfter } = refusal
    return { code: 'budget-exceeded', message, scope, ...(resumeAfter === undefined ? {} : { resumeAfter }) }
  }
  const { reason, message } = refusal.failure
  if (refusal.kind === 'quota') return { code: 'quota-exhausted', message, resumeAfter: refusal.resumeAfter }
  if (reason === 'aborted') return ABORTED
  if (reason === 'recording-missing') return { code: 'recording-missing', message }
  return { code: 'provider-failed', message, reason, retryable: isRetryable(reason) }
}

/** Whether the same call could be answered later. */
function isRetryable(reason: CallFailureReason): boolean {
  switch (reason) {
    case 'rate-limited':
    case 'overloaded':
    case 'connection':
    case 'timeout':
    case 'cut-stream':
      return true
    case 'context-length':
    case 'invalid-request':
    case 'unknown-model':
    case 'no-tools':
    case 'credential':
    case 'quota':
    case 'aborted':
    case 'recording-missing':
      return false
  }
}
