import { picoToUsd } from '../base/money.ts'
import { allRuns } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import type { Report } from './vocabulary/report.ts'

/** Sums over all model calls of a run. Money is added in whole pico-dollars, and rounded once. */
export function reportTotals(run: Run): Pick<Report, 'totals' | 'budget'> {
  let spent = 0n
  let reserved = 0n
  const totals = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, requests: 0, retries: 0 }
  const runs = allRuns(run).map((placed) => placed.run)
  for (const { cost, hold, usage, retries } of runs.flatMap((one) => [...one.calls.values()])) {
    if (cost === null) reserved += hold
    else spent += cost
    totals.input_tokens += usage.input + usage.cacheRead + usage.cacheWrite
    totals.output_tokens += usage.output
    totals.cached_tokens += usage.cacheRead
    totals.requests += 1
    totals.retries += retries
  }
  const fallbacks = runs.flatMap((one) => one.routes).filter((route) => route.fallback === true).length
  return {
    totals: { cost_usd: picoToUsd(spent + reserved), ...totals, fallbacks },
    budget: {
      limit_usd: run.budget === null ? null : picoToUsd(run.budget), spent_usd: picoToUsd(spent), reserved_usd: picoToUsd(reserved),
    },
  }
}
