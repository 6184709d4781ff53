import type { Attributes, Histogram, Span, Sum } from './otlp.ts'

/** The buckets that the conventions for generative AI ask for. */
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power)
const SECONDS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power)

export interface Metrics {
  /** Counts the span of a call. */
  call(span: Span): void
  histograms(): readonly Histogram[]
  sums(): readonly Sum[]
}

export function createMetrics(): Metrics {
  const tokens = createSeries()
  const seconds = createSeries()
  const cost = createSeries()
  return {
    call({ attributes, start, end }) {
      const common = pick(attributes, ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'])
      seconds.add({ ...common, ...pick(attributes, ['error.type']) }, Math.max(0, end - start) / 1000)
      cost.add(common, numberOf(attributes['orch_run.cost_usd']))
      for (const type of ['input', 'output']) {
        const used = attributes[`gen_ai.usage.${type}_tokens`]
        if (typeof used === 'number') tokens.add({ ...common, 'gen_ai.token.type': type }, used)
      }
    },
    histograms: () => [
      { name: 'gen_ai.client.token.usage', unit: '{token}', bounds: TOKENS, points: tokens.points() },
      { name: 'gen_ai.client.operation.duration', unit: 's', bounds: SECONDS, points: seconds.points() },
    ],
    sums: () => [{
      name: 'orch_run.cost', unit: 'USD',
      points: cost.points().map(({ attributes, values }) => ({ attributes, value: values.reduce((sum, value) => sum + value, 0) })),
    }],
  }
}

interface Point {
  readonly attributes: Attributes
  readonly values: number[]
}

function createSeries(): { add(attributes: Attributes, value: number): void; points(): readonly Point[] } {
  const points = new Map<string, Point>()
  return {
    add(attributes, value) {
      const key = JSON.stringify(attributes)
      const point = points.get(key) ?? { attributes, values: [] }
      points.set(key, point)
      point.values.push(value)
    },
    points: () => [...points.values()],
  }
}

function pick(attributes: Attributes, keys: readonly string[]): Attributes {
  return Object.fromEntries(keys.flatMap((key) => (attributes[key] === undefined ? [] : [[key, attributes[key]]])))
}

function numberOf(value: Attributes[string]): number {
  return typeof value === 'number' ? value : 0
}
