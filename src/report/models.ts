import { picoToUsd } from '../base/money.ts'
import { allRuns } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import type { ReportModel } from './vocabulary/report.ts'

interface Sum {
  cost: bigint
  input: number
  output: number
  cached: number
  requests: number
}

/** What each model did and was charged, the dearest first; calls that were never settled count with their whole hold. */
export function reportModels(run: Run): ReportModel[] {
  const sums = new Map<string, Sum>()
  for (const { provider, model, cost, hold, usage } of allRuns(run).flatMap(({ run: one }) => [...one.calls.values()])) {
    const name = `${provider}/${model}`
    const sum = sums.get(name) ?? { cost: 0n, input: 0, output: 0, cached: 0, requests: 0 }
    sums.set(name, sum)
    sum.cost += cost ?? hold
    sum.input += usage.input + usage.cacheRead + usage.cacheWrite
    sum.output += usage.output
    sum.cached += usage.cacheRead
    sum.requests += 1
  }
  return [...sums]
    .sort(([one, { cost: a }], [other, { cost: b }]) => (a === b ? (one < other ? -1 : 1) : a > b ? -1 : 1))
    .map(([model, { cost, input, output, cached, requests }]) => ({
      model, cost_usd: picoToUsd(cost), requests, input_tokens: input, output_tokens: output, cached_tokens: cached,
    }))
}
