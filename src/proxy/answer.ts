import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Refusal } from '../provider/caller.ts'
import { countingOf } from './count.ts'
import { endpointOf } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { forward, forwardFree } from './forward.ts'
import { createRecord } from './record.ts'
import { messageOf, stopped } from './tenancy.ts'
import type { Tenancy } from './tenancy.ts'
import { vendorError } from './vendor-error.ts'
import type { Complaint } from './vendor-error.ts'

/** Vendors take no longer ones. */
const LONGEST_BODY = 33_554_432

/** About so many tokens are a byte, as long as nothing is known of the text. */
const TOKENS_PER_BYTE = 0.32

/** The vendor's answer to a program's request, or why it gets none. */
export async function answerCall(tenancy: Tenancy, request: Request): Promise<Response> {
  const { order } = tenancy
  const url = new URL(request.url)
  const endpoint = endpointOf(order.vendor, request.method, url, order.model)
  const refuse = (complaint: Complaint, message: string): Response => vendorError(order.vendor, complaint, message)
  if (!endpoint) return refuse('unknown-address', `\`${request.method} ${url.pathname}\` is not let through: an agent may only call its model`)
  if (endpoint.kind === 'free' && !endpoint.hasBody) return forwardFree(tenancy, request, endpoint.path, undefined)
  const body = await readBody(request, endpoint)
  if (!body.ok) return refuse(...body.error)
  if (endpoint.kind === 'free') return forwardFree(tenancy, request, endpoint.path, order.model === undefined || order.vendor === 'gemini' ? body.value : { ...body.value, model: order.model })
  if (tenancy.tally.reason) return refuse('budget', messageOf(tenancy.tally.reason))
  return answerPaid(tenancy, request, endpoint, body.value)
}

async function answerPaid(tenancy: Tenancy, request: Request, endpoint: Extract<Endpoint, { kind: 'call' }>, asked: JsonObject): Promise<Response> {
  const { order, world, tally } = tenancy
  const { maxOutputTokens, maxCalls } = order
  const admitted = endpoint.protocol.admit({ ...asked, ...(endpoint.model === undefined ? {} : { model: endpoint.model }) }, { model: order.model, maxOutputTokens })
  if (!admitted.ok) return vendorError(order.vendor, 'invalid-request', admitted.error)
  const call = tally.calls
  if (maxCalls !== undefined && call >= maxCalls) return stopped(tenancy, { kind: 'calls', most: maxCalls })
  tally.calls += 1
  const { model, most, body } = admitted.value
  tally.model = model
  const settled = Promise.withResolvers<void>()
  tally.open.add(settled.promise)
  const done = (): void => {
    tally.open.delete(settled.promise)
    settled.resolve()
  }
  try {
    const signal = AbortSignal.any([request.signal, order.signal, tenancy.stop.signal])
    const lane = { provider: world.upstream.name, model }
    const expected = Math.ceil(most.input * TOKENS_PER_BYTE)
    const record = createRecord(lane, order.tellerOf(call), world.upstream.ports.clock)
    const bound = { lane, ...most, expected: { total: expected, uncached: expected, output: most.output }, ...countingOf(tenancy, request, endpoint, body) }
    const cleared = await world.caller.admit(bound, record.tell, signal)
    if (!cleared.ok) {
      await record.refused(cleared.error).finally(done)
      return refused(tenancy, cleared.error)
    }
    const isStream = body['stream'] === true || endpoint.path.includes(':stream')
    return await forward(tenancy, { request, endpoint, body: JSON.stringify(body), isStream, signal, clearance: cleared.value, record, done })
  } catch (error) {
    done()
    throw error
  }
}

/** What a refusal means to the program, and whether it means its end. */
function refused(tenancy: Tenancy, refusal: Refusal): Response {
  if (refusal.kind !== 'failed') return stopped(tenancy, refusal)
  const { order, tally } = tenancy
  tally.failure = refusal.failure
  const { reason, message, retryAfterMs } = refusal.failure
  switch (reason) {
    case 'overloaded': case 'aborted': return vendorError(order.vendor, 'unreachable', message, retryAfterMs)
    case 'credential': return vendorError(order.vendor, 'unauthorized', message)
    case 'context-length': case 'invalid-request': case 'unknown-model': case 'no-tools': case 'quota': case 'rate-limited': case 'connection': case 'timeout':
    case 'cut-stream': case 'recording-missing':
      return vendorError(order.vendor, 'invalid-request', message)
  }
}

async function readBody(request: Request, endpoint: Endpoint): Promise<Result<JsonObject, [Complaint, string]>> {
  if (!['', 'identity'].includes(request.headers.get('content-encoding') ?? '')) return err(['invalid-request', 'a compressed body is not let through'])
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length
    if (length > LONGEST_BODY) return err(['too-large', `the body is larger than ${LONGEST_BODY} bytes`])
    pieces.push(piece)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'))
    if (isObject(body)) return ok(body as JsonObject)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return err(['invalid-request', `the body of \`${endpoint.path}\` is no JSON object`])
}
