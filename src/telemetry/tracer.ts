import type { AttemptEnded, Recorded } from '../run/event.ts'
import type { Run } from '../run/run.ts'
import { callSpans } from './call-spans.ts'
import type { CallPlace, SeenCall } from './call-spans.ts'
import type { Span } from './otlp.ts'

/** What spans are made of beside the events. */
export interface TracerFacts {
  readonly traceId: string
  readonly parentId: string | undefined
  newId(): string
  vendor(provider: string): string
}

/** Makes spans of what happens in a run: one for the run, one for each attempt, one for each call. */
export interface Tracer {
  /** The spans that end with this event. `run`: as it is after the event. */
  event(event: Recorded, run: Run): readonly Span[]
}

interface OpenAttempt {
  readonly spanId: string
  readonly start: number
  readonly calls: Map<string, SeenCall>
}

export function createTracer(facts: TracerFacts): Tracer {
  const open = new Map<string, OpenAttempt>()
  const root = facts.newId()
  let began: number | undefined
  const placeOf = (node: string, parentId: string | undefined): CallPlace => ({ ...facts, step: node, parentId })
  const attemptOf = (node: string): OpenAttempt | undefined => open.get(node)
  const read = (event: Recorded, run: Run, prefix: string): readonly Span[] => {
    switch (event.type) {
      case 'run-started': case 'run-resumed':
        began ??= event.at
        return []
      case 'attempt-started':
        open.set(`${prefix}${event.node}`, { spanId: facts.newId(), start: event.at, calls: new Map() })
        return []
      case 'call-reserved':
        attemptOf(`${prefix}${event.node}`)?.calls.set(event.call, { reserved: event, settled: undefined })
        return []
      case 'call-settled': {
        for (const { calls } of open.values()) {
          const call = calls.get(event.call)
          if (call !== undefined) call.settled = event
        }
        return []
      }
      case 'route-decided': {
        const node = `${prefix}${event.node}`
        const attempt = attemptOf(node)
        if (attempt === undefined) return []
        const calls = [...attempt.calls.values()]
        attempt.calls.clear()
        return callSpans(calls, event, event.at, placeOf(node, attempt.spanId))
      }
      case 'attempt-ended': {
        const node = `${prefix}${event.node}`
        const attempt = attemptOf(node)
        if (attempt === undefined) return []
        open.delete(node)
        const parentId = prefix === '' ? root : (attemptOf(prefix.slice(0, -1))?.spanId ?? root)
        const left = [...attempt.calls.values()].flatMap((call) => callSpans([call], undefined, call.settled?.at ?? event.at, placeOf(node, attempt.spanId)))
        return [...left, attemptSpan(event, attempt, { ...facts, parentId }, node, agentOf(run, event.node))]
      }
      case 'nested': {
        const inner = run.nested.get(event.node)
        return inner === undefined ? [] : read(event.event, inner, `${prefix}${event.node}/`)
      }
      case 'run-finished': {
        if (prefix !== '') return []
        const failed = event.status === 'failed' || event.status === 'cancelled'
        return [{
          traceId: facts.traceId, spanId: root, parentId: facts.parentId, name: `run ${run.pipeline}`, kind: 'internal', start: began ?? event.at, end: event.at,
          error: failed ? event.status : undefined,
          attributes: { 'orch_run.run': run.id, 'orch_run.pipeline': run.pipeline, 'orch_run.status': event.status, 'orch_run.exit_code': event.exitCode },
        }]
      }
      case 'nodes-expanded': case 'agent-chosen': case 'changes-merged': case 'contestant-finished': case 'race-decided': case 'check-finished': case 'delivered': case 'gate-answered': case 'gate-opened': case 'node-reused':
      case 'node-skipped': case 'noticed': case 'run-stopping': case 'message-sent':
        return []
    }
  }
  return { event: (event, run) => read(event, run, '') }
}

function agentOf(run: Run, node: string): string | null {
  return run.steps.get(run.nodes.get(node)?.step ?? '')?.agent ?? null
}

function attemptSpan(event: AttemptEnded & { readonly at: number }, attempt: OpenAttempt, facts: TracerFacts, node: string, agent: string | null): Span {
  return {
    traceId: facts.traceId, spanId: attempt.spanId, parentId: facts.parentId, name: agent === null ? `step ${node}` : `invoke_agent ${agent}`, kind: 'internal',
    start: attempt.start, end: event.at, error: event.failure?.code,
    attributes: {
      ...(agent === null ? {} : { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent }), 'error.type': event.failure?.code,
      'orch_run.step': node, 'orch_run.attempt': event.attempt, 'orch_run.status': event.status,
    },
  }
}
