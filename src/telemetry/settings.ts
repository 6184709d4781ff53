/** Where telemetry goes and what it says of us, in the variables that OpenTelemetry has for it. */
export interface TelemetrySettings {
  readonly traces: string
  readonly metrics: string
  readonly headers: Readonly<Record<string, string>>
  /** Of the process: `service.name` and what the author adds. */
  readonly resource: Readonly<Record<string, string>>
  /** The span around the run, where whoever started us has one. */
  readonly parent: { readonly traceId: string; readonly spanId: string } | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Undefined where nobody asked for telemetry. */
export function telemetrySettings(env: Environment, version: string): TelemetrySettings | undefined {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim()
  if (endpoint === undefined || endpoint === '' || env['OTEL_SDK_DISABLED'] === 'true') return undefined
  const base = endpoint.replace(/\/+$/, '')
  return {
    traces: env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? `${base}/v1/traces`,
    metrics: env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] ?? `${base}/v1/metrics`,
    headers: pairs(env['OTEL_EXPORTER_OTLP_HEADERS']),
    resource: { 'service.version': version, ...pairs(env['OTEL_RESOURCE_ATTRIBUTES']), 'service.name': env['OTEL_SERVICE_NAME'] ?? 'orch-run' },
    parent: parentOf(env['TRACEPARENT']),
  }
}

/** `a=1,b=2`, values percent-encoded. What is no pair is left out. */
function pairs(text: string | undefined): Record<string, string> {
  return Object.fromEntries((text ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    return at < 1 || name === '' ? [] : [[name, decoded(pair.slice(at + 1).trim())]]
  }))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parentOf(text: string | undefined): TelemetrySettings['parent'] {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(text ?? '') ?? []
  return traceId === undefined || spanId === undefined || /^0+$/.test(traceId) ? undefined : { traceId, spanId }
}
