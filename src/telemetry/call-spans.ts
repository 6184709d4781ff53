import { picoToUsd } from '../base/money.ts'
import { isObject } from '../base/json.ts'
import type { CallReserved, CallSettled, RouteDecided } from '../run/call-event.ts'
import type { Recorded } from '../run/event.ts'
import type { Attributes, Span } from './otlp.ts'

/** One request with the times of its reservation and of its settlement. */
export interface SeenCall {
  readonly reserved: Recorded<CallReserved>
  settled: Recorded<CallSettled> | undefined
}

export interface CallPlace {
  /** Whole id of the node. */
  readonly step: string
  readonly traceId: string
  readonly parentId: string | undefined
  newId(): string
  /** What the provider is, by its name in the pipeline. */
  vendor(provider: string): string
}

/**
 * The span of one call, as the conventions for generative AI have it, and below it one for each request that was sent: retries
 * and fallbacks are part of a call. Without a decision (a call of another program) the call is its only request.
 */
export function callSpans(calls: readonly SeenCall[], decided: Recorded<RouteDecided> | undefined, at: number, place: CallPlace): Span[] {
  const last = calls.at(-1)
  if (last === undefined) return []
  const own = place.newId()
  const error = errorOf(decided, last)
  const call: Span = {
    traceId: place.traceId, spanId: own, parentId: place.parentId, name: `chat ${last.reserved.model}`, kind: 'client',
    start: calls[0]?.reserved.at ?? at, end: at, error,
    attributes: {
      'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': place.vendor(last.reserved.provider), 'gen_ai.request.model': last.reserved.model,
      'gen_ai.output.type': 'text', 'gen_ai.agent.name': last.reserved.agent, 'error.type': error, ...usageOf(last.settled),
      'orch_run.step': place.step, 'orch_run.route': decided?.route, 'orch_run.requests': calls.length,
      'orch_run.cost_usd': calls.reduce((sum, { settled, reserved }) => sum + picoToUsd(BigInt(settled?.cost ?? reserved.hold)), 0),
    },
  }
  const requests = decided === undefined ? [] : calls.map((one) => requestSpan(one, decided, at, { ...place, parentId: own }))
  return [call, ...requests]
}

function requestSpan({ reserved, settled }: SeenCall, decided: Recorded<RouteDecided>, at: number, place: CallPlace): Span {
  const found = auditOf(decided).find((one) => one['call'] === reserved.call)
  const outcome = typeof found?.['outcome'] === 'string' ? found['outcome'] : 'ok'
  const status = found?.['status']
  const error = outcome === 'ok' ? undefined : outcome
  return {
    traceId: place.traceId, spanId: place.newId(), parentId: place.parentId, name: `request ${reserved.provider}/${reserved.model}`, kind: 'client',
    start: reserved.at, end: settled?.at ?? at, error,
    attributes: {
      'http.response.status_code': typeof status === 'number' ? status : undefined, 'error.type': error,
      'orch_run.cost_usd': picoToUsd(BigInt(settled?.cost ?? reserved.hold)), 'orch_run.cost_basis': settled?.basis,
    },
  }
}

/** The requests of a call's record, as its journal keeps them. */
function auditOf({ audit }: RouteDecided): readonly Record<string, unknown>[] {
  const requests: unknown = isObject(audit) ? audit['requests'] : undefined
  return Array.isArray(requests) ? requests.filter(isObject) : []
}

function errorOf(decided: RouteDecided | undefined, last: SeenCall): string | undefined {
  if (decided !== undefined) return decided.outcome === 'ok' ? undefined : decided.outcome
  return last.settled?.basis === 'measured' ? undefined : 'failed'
}

/** `gen_ai.usage.input_tokens` counts the cached ones, too. */
function usageOf(settled: CallSettled | undefined): Attributes {
  if (settled === undefined || settled.basis !== 'measured') return {}
  const { input, output, cacheRead, cacheWrite } = settled.usage
  return {
    'gen_ai.usage.input_tokens': input + cacheRead + cacheWrite, 'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cacheRead, 'gen_ai.usage.cache_write.input_tokens': cacheWrite,
  }
}
