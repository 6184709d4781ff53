import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { callFailure } from '../provider/failure.ts'
import { NO_USAGE } from '../provider/model.ts'
import type { CallFailure } from '../provider/model.ts'
import type { Clearance, Outcome } from '../provider/clearance.ts'
import { reasonOfStatus } from '../provider/reason.ts'
import { retryAfter } from '../provider/retry-after.ts'
import { createWire } from '../provider/wire.ts'
import type { Wire } from '../provider/wire.ts'
import { rootOf } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { headersBack, headersOn } from './headers.ts'
import type { CallRecord } from './record.ts'
import { relay } from './relay.ts'
import { stopped } from './tenancy.ts'
import type { Tenancy } from './tenancy.ts'
import { vendorError } from './vendor-error.ts'

/** One request that has the right to be sent. */
export interface Errand {
  readonly request: Request
  readonly endpoint: Extract<Endpoint, { kind: 'call' }>
  readonly body: string
  readonly isStream: boolean
  readonly signal: AbortSignal
  readonly clearance: Clearance
  readonly record: CallRecord
  /** To be called when everything about it is settled. */
  done(this: void): void
}

/** Sends it with the real key; the answer streams through, and what it cost is settled before its end is told. */
export async function forward(tenancy: Tenancy, errand: Errand): Promise<Response> {
  const { order, world: { upstream } } = tenancy
  const { endpoint, clearance, record, signal } = errand
  const wire = openWire(tenancy, errand.isStream, signal)
  const settle = async (outcome: Outcome): Promise<void> => {
    wire.close()
    try {
      const cost = await clearance.settle(outcome)
      count(tenancy, outcome, cost)
      await record.ended(clearance, outcome, cost)
    } finally {
      errand.done()
    }
  }
  let response: Response
  try {
    clearance.sent()
    response = await sent(tenancy, errand.request, endpoint.path, errand.body, wire)
  } catch (error) {
    const failure = failureOf(tenancy, error, wire)
    tenancy.tally.failure = failure
    await settle({ kind: 'failed', failure })
    return vendorError(order.vendor, 'unreachable', failure.message)
  }
  const wait = retryAfter(response.headers, undefined, upstream.ports.clock.now())
  clearance.heard(response.status, response.headers)
  if (!response.ok) return failedAnswer(tenancy, response, wait, settle)
  const body = relay(response, { reader: endpoint.protocol.createReader(), event: () => heard(wire, record), complete: () => wire.complete() }, async (usage) => {
    const failure = usage ? undefined : failureOf(tenancy, undefined, wire)
    tenancy.tally.failure = failure
    await settle(usage ? { kind: 'answered', usage } : { kind: 'failed', failure: failure ?? failureOf(tenancy, undefined, wire) })
  })
  return new Response(body, { status: response.status, headers: headersBack(response.headers) })
}

/** What costs nothing is neither held nor counted. `body`: undefined where there is none. */
export async function forwardFree(tenancy: Tenancy, request: Request, path: string, body: JsonObject | undefined): Promise<Response> {
  const { order } = tenancy
  const text = body === undefined ? undefined : JSON.stringify(body)
  const wire = openWire(tenancy, false, AbortSignal.any([request.signal, order.signal, tenancy.stop.signal]))
  try {
    const response = await sent(tenancy, request, path, text, wire)
    const answer = Buffer.from(await response.arrayBuffer()).toString('utf8')
    return new Response(withoutKey(tenancy, answer), { status: response.status, headers: headersBack(response.headers) })
  } catch (error) {
    return vendorError(order.vendor, 'unreachable', failureOf(tenancy, error, wire).message)
  } finally {
    wire.close()
  }
}

/** An answer in one piece begins only when all of it is thought out. */
function openWire({ world: { upstream } }: Tenancy, isStream: boolean, signal: AbortSignal): Wire {
  const { patience } = upstream
  const { total } = patience
  return createWire(upstream.ports, isStream ? patience : { ...patience, headers: total, first: total, idle: total, content: total }, { signal })
}

/** Sends it with the real key in place of the placeholder. */
export async function sent({ order, world: { upstream } }: Tenancy, request: Request, path: string, body: string | undefined, wire: Wire): Promise<Response> {
  const headers = headersOn(request.headers, order.vendor, upstream.key, upstream.headers)
  const init = { method: request.method, headers, signal: wire.signal, ...(body === undefined ? {} : { body }) }
  return await Promise.race([wire.fetch(`${rootOf(order.vendor, upstream.baseUrl)}${path}`, init), wire.cut])
}

/** An error in place of an answer costs nothing. What would have to be waited for too long ends the program. */
async function failedAnswer(tenancy: Tenancy, response: Response, wait: number | undefined, settle: (outcome: Outcome) => Promise<void>): Promise<Response> {
  const { order, world: { upstream }, tally } = tenancy
  const text = await response.text().catch(() => '')
  const failure = answeredFailure(tenancy, response.status, text, wait)
  tally.failure = failure
  await settle({ kind: 'failed', failure })
  if (failure.reason === 'rate-limited' && (wait ?? 0) > order.maxWaitMs) {
    return stopped(tenancy, { kind: 'quota', failure, resumeAfter: upstream.ports.clock.now() + (wait ?? 0) })
  }
  // A vendor may quote a part of the key that it refuses, and nobody else's redirection is followed.
  if (failure.reason === 'credential') return vendorError(order.vendor, 'unauthorized', failure.message)
  if (response.status < 400) return vendorError(order.vendor, 'unreachable', failure.message)
  return new Response(withoutKey(tenancy, text), { status: response.status, headers: headersBack(response.headers) })
}

function answeredFailure({ world: { upstream } }: Tenancy, status: number, text: string, retryAfterMs: number | undefined): CallFailure {
  const words = wordsOf(text)
  const said = upstream.conceal(words.message ?? '')
  const message = `provider \`${upstream.name}\` answered ${status}${said === '' ? '' : `: ${said}`}`
  return { reason: reasonOfStatus(status, words), message, status, retryAfterMs, dispatched: false }
}

/** Vendors differ in where they put their words: `{error: {type, code, message, status}}`. */
function wordsOf(text: string): { readonly code: string | undefined; readonly type: string | undefined; readonly message: string | undefined } {
  const said = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  try {
    const body: unknown = JSON.parse(text)
    const inner = isObject(body) && isObject(body['error']) ? body['error'] : {}
    return { code: said(inner['code']), type: said(inner['type']), message: said(inner['message']) }
  } catch {
    return { code: undefined, type: undefined, message: undefined }
  }
}

/** Whoever watches over the program learns that its model is at work. */
function heard(wire: Wire, record: CallRecord): void {
  wire.event()
  record.tell.text('')
}

function failureOf({ world: { upstream } }: Tenancy, error: unknown, wire: Wire): CallFailure {
  const { name, conceal, patience, ports } = upstream
  return callFailure(error, wire.facts, { provider: name, conceal, patience, now: ports.clock.now() })
}

function withoutKey({ world: { upstream } }: Tenancy, text: string): string {
  return upstream.key === undefined ? text : text.replaceAll(upstream.key, '***')
}

/** Where nothing is told of what an answer used, that is not nothing. */
function count({ tally }: Tenancy, outcome: Outcome, cost: bigint): void {
  const { requests, usage, lost } = tally.counted
  const more = outcome.kind === 'answered' ? outcome.usage : NO_USAGE
  const isLost = cost > 0n && more.input + more.output + more.cacheRead + more.cacheWrite === 0
  tally.counted = {
    requests: requests + 1, cost: tally.counted.cost + cost, lost: lost + (isLost ? 1 : 0),
    usage: {
      input: usage.input + more.input, output: usage.output + more.output,
      cacheRead: usage.cacheRead + more.cacheRead, cacheWrite: usage.cacheWrite + more.cacheWrite,
    },
  }
}
