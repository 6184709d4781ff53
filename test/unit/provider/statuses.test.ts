import { describe, expect, it } from 'vitest'
import type { CallFailure, CallFailureReason } from '../../../src/provider/model.ts'
import type { Protocol, SimError } from '../../simulator/answer.ts'
import { createRig, KEY, neverAborted, PROTOCOLS, REQUEST } from './rig.ts'

async function failure(protocol: Protocol, answer: SimError, headers: Record<string, string> = {}): Promise<CallFailure> {
  await using rig = await createRig(protocol, () => answer, { headers })
  const result = await rig.provider.call(REQUEST, { signal: neverAborted() })
  expect(rig.simulator.log.length).toBe(1)
  if (result.ok) throw new Error('there was an answer')
  return result.error
}

const CASES: readonly (readonly [number, object | string, CallFailureReason])[] = [
  [400, { type: 'invalid_request_error', message: 'messages: required' }, 'invalid-request'],
  [400, { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' }, 'context-length'],
  [400, { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'too much' }, 'context-length'],
  [400, { type: 'invalid_request_error', message: 'Your credit balance is too low' }, 'quota'],
  [400, { type: 'api_error', message: 'registry.example/library/gemma:2b does not support tools' }, 'no-tools'],
  [400, { type: 'invalid_request_error', message: "Unsupported parameter: 'tools' is not supported with this model." }, 'no-tools'],
  [400, { type: 'BadRequestError', message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' }, 'no-tools'],
  [404, { code: 404, message: 'No endpoints found that support tool use.' }, 'no-tools'],
  [400, { type: 'invalid_request_error', message: 'tools.0: an unknown tool is not allowed' }, 'invalid-request'],
  [401, { type: 'authentication_error', message: 'invalid key' }, 'credential'],
  [402, { type: 'billing_error', message: 'pay first' }, 'quota'],
  [403, { type: 'permission_error', message: 'not yours' }, 'credential'],
  [404, { type: 'not_found_error', message: 'model: some-model' }, 'unknown-model'],
  [404, { code: 'model_not_found', message: 'no such thing' }, 'unknown-model'],
  [404, '<html>nothing here</html>', 'invalid-request'],
  [408, {}, 'overloaded'], [409, {}, 'overloaded'], [413, { type: 'request_too_large', message: 'too large' }, 'invalid-request'],
  [422, {}, 'invalid-request'],
  [429, { type: 'rate_limit_error', message: 'slow down' }, 'rate-limited'],
  [429, { type: 'requests', code: 'rate_limit_exceeded', message: 'slow down' }, 'rate-limited'],
  [429, { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your current quota' }, 'quota'],
  [500, { type: 'api_error', message: 'oh' }, 'overloaded'], [502, '<html>', 'overloaded'], [503, {}, 'overloaded'],
  [529, { type: 'overloaded_error', message: 'busy' }, 'overloaded'],
  [307, '', 'invalid-request'],
]

describe.each(PROTOCOLS)('over %s', (protocol) => {
  it.each(CASES)('status %i with %o is told apart and costs nothing', async (status, error, reason) => {
    const body = typeof error === 'string' ? error : { type: 'error', error }
    const told = await failure(protocol, { status, body, headers: { location: 'http://127.0.0.1:1/' } })
    expect(told).toMatchObject({ reason, status, dispatched: false, retryAfterMs: undefined })
    expect(told.message).toMatch(new RegExp(`^provider \`sim\` answered ${status}(: |$)`))
  })

  it('the time to wait is taken from the answer, and so is its word on trying again', async () => {
    const body = { error: { type: 'rate_limit_error', message: 'slow down' } }
    expect(await failure(protocol, { status: 429, body, headers: { 'retry-after': '2', 'x-should-retry': 'false' } })).toEqual({
      reason: 'rate-limited', message: 'provider `sim` answered 429: slow down', status: 429,
      retryAfterMs: 2000, dispatched: false, shouldRetry: false,
    })
  })

  it('a provider that repeats the key, a header or control characters is not repeated', async () => {
    const message = `bad key ${KEY}, token top-secret-team-token, sk-abcdef0123456789abcdef\u001B[31m red\n\nline`
    const told = await failure(protocol, { status: 401, body: { error: { message } } }, { 'x-token': 'top-secret-team-token' })
    expect(told.message).toBe('provider `sim` answered 401: bad key ***, token top-secret-team-token, *** [31m red line')
  })

  it('within a stream, words tell a limit, a quota and a refused request apart', async () => {
    const words: [string, CallFailureReason][] = [
      ['rate_limit_error', 'rate-limited'], ['rate_limit_exceeded', 'rate-limited'], ['insufficient_quota', 'quota'],
      ['overloaded_error', 'overloaded'], ['api_error', 'overloaded'], ['something_new', 'overloaded'],
      ['invalid_request_error', 'invalid-request'],
    ]
    for (const [code, reason] of words) {
      await using rig = await createRig(
        protocol, () => ({ text: 'x', fault: { kind: 'error-event', after: 1, code, message: 'so it is' } }),
      )
      const result = await rig.provider.call(REQUEST, { signal: neverAborted() })
      expect(result).toMatchObject({
        ok: false, error: { reason, message: 'provider `sim` failed within its answer: so it is', dispatched: true },
      })
    }
  })
})
