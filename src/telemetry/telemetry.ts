import type { Clock, Http, Random } from '../base/ports.ts'
import type { Recorded } from '../run/event.ts'
import type { Run } from '../run/run.ts'
import { createMetrics } from './metrics.ts'
import { metricsBody, tracesBody } from './otlp.ts'
import type { Span } from './otlp.ts'
import type { TelemetrySettings } from './settings.ts'
import { createTracer } from './tracer.ts'

export interface TelemetryPorts {
  readonly http: Http
  readonly clock: Clock
  readonly random: Random
}

/** Tells a collector what happens in a run. Nothing waits for it, and nothing fails because of it. */
export interface Telemetry {
  event(event: Recorded, run: Run): void
  /** Sends what is left, for two seconds at most; the answer says what went wrong, the first time that something did. */
  close(): Promise<string | undefined>
}

/** So many spans are sent together, or all that there are after so long. */
const MOST_SPANS = 256
const FLUSH_MS = 5_000
const CLOSE_MS = 2_000

/** `vendor`: what a provider is, by its name in the pipeline. */
export function createTelemetry(ports: TelemetryPorts, settings: TelemetrySettings, vendor: (provider: string) => string): Telemetry {
  const { clock, random } = ports
  const start = clock.now()
  const newId = (): string => random.hex(8)
  const tracer = createTracer({ traceId: settings.parent?.traceId ?? random.hex(16), parentId: settings.parent?.spanId, newId, vendor })
  const metrics = createMetrics()
  const abort = new AbortController()
  const sending = new Set<Promise<void>>()
  let spans: Span[] = []
  let problem: string | undefined
  let cancelTimer: (() => void) | undefined
  const send = (url: string, body: object): void => {
    const sent = post(ports.http, url, settings.headers, body, abort.signal).then((wrong) => {
      problem ??= wrong
      sending.delete(sent)
    })
    sending.add(sent)
  }
  const flush = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    if (spans.length > 0) send(settings.traces, tracesBody(settings.resource, spans))
    spans = []
  }
  return {
    event(event, run) {
      const ended = tracer.event(event, run)
      for (const span of ended) if (span.attributes['gen_ai.operation.name'] === 'chat') metrics.call(span)
      spans.push(...ended)
      if (spans.length >= MOST_SPANS) flush()
      else if (spans.length > 0) cancelTimer ??= clock.after(FLUSH_MS, flush)
    },
    async close() {
      flush()
      if (metrics.histograms().some(({ points }) => points.length > 0)) {
        send(settings.metrics, metricsBody(settings.resource, metrics.histograms(), metrics.sums(), start, clock.now()))
      }
      const cancel = clock.after(CLOSE_MS, () => abort.abort())
      await Promise.all(sending)
      cancel()
      return problem
    },
  }
}

/** Never rejects; the answer says what went wrong. */
async function post(http: Http, url: string, headers: Readonly<Record<string, string>>, body: object, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await http.fetch(url, {
      method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body), signal, redirect: 'manual',
    })
    await response.arrayBuffer()
    return response.ok ? undefined : `the collector of telemetry answered ${response.status}`
  } catch {
    return signal.aborted ? 'the collector of telemetry did not answer in time' : 'the collector of telemetry could not be reached'
  }
}
