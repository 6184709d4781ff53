/** What OTLP over HTTP says in JSON; times are milliseconds since 1970 here and nanoseconds there. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  readonly kind: 'internal' | 'client'
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  /** Why it ended badly. */
  readonly error: string | undefined
}

export interface Histogram {
  readonly name: string
  readonly unit: string
  readonly bounds: readonly number[]
  readonly points: readonly { readonly attributes: Attributes; readonly values: readonly number[] }[]
}

export interface Sum {
  readonly name: string
  readonly unit: string
  readonly points: readonly { readonly attributes: Attributes; readonly value: number }[]
}

const SCOPE = { name: 'orch-run' }

export function tracesBody(resource: Attributes, spans: readonly Span[]): object {
  return { resourceSpans: [{ resource: { attributes: pairsOf(resource) }, scopeSpans: [{ scope: SCOPE, spans: spans.map(spanOf) }] }] }
}

/** All since `start`, as sums that only grow. */
export function metricsBody(resource: Attributes, histograms: readonly Histogram[], sums: readonly Sum[], start: number, now: number): object {
  const times = { startTimeUnixNano: nanos(start), timeUnixNano: nanos(now) }
  const metrics = [
    ...histograms.map(({ name, unit, bounds, points }) => ({
      name, unit,
      histogram: {
        aggregationTemporality: 2,
        dataPoints: points.map(({ attributes, values }) => ({ ...times, attributes: pairsOf(attributes), ...counted(values, bounds) })),
      },
    })),
    ...sums.map(({ name, unit, points }) => ({
      name, unit,
      sum: {
        aggregationTemporality: 2, isMonotonic: true,
        dataPoints: points.map(({ attributes, value }) => ({ ...times, attributes: pairsOf(attributes), asDouble: value })),
      },
    })),
  ]
  return { resourceMetrics: [{ resource: { attributes: pairsOf(resource) }, scopeMetrics: [{ scope: SCOPE, metrics }] }] }
}

function counted(values: readonly number[], bounds: readonly number[]): object {
  const buckets = Array.from({ length: bounds.length + 1 }, () => 0)
  for (const value of values) {
    const index = bounds.findIndex((bound) => value <= bound)
    buckets[index < 0 ? bounds.length : index] = (buckets[index < 0 ? bounds.length : index] ?? 0) + 1
  }
  const sum = values.reduce((total, value) => total + value, 0)
  return {
    count: String(values.length), sum, min: Math.min(...values), max: Math.max(...values),
    bucketCounts: buckets.map(String), explicitBounds: bounds,
  }
}

function spanOf({ traceId, spanId, parentId, name, kind, start, end, attributes, error }: Span): object {
  return {
    traceId, spanId, ...(parentId === undefined ? {} : { parentSpanId: parentId }), name, kind: kind === 'client' ? 3 : 1,
    startTimeUnixNano: nanos(start), endTimeUnixNano: nanos(Math.max(start, end)), attributes: pairsOf(attributes),
    status: error === undefined ? {} : { code: 2, message: error },
  }
}

function pairsOf(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]) => (value === undefined || value === null ? [] : [{ key, value: valueOf(value) }]))
}

function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

function nanos(ms: number): string {
  return `${Math.round(ms)}000000`
}
