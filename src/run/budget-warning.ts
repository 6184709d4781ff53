import { formatUsd } from '../base/money.ts'
import type { Noticed } from './event.ts'
import { spentOrHeld } from './nested-runs.ts'
import type { Run } from './run.ts'

/** The warnings that are due: one for each share of the budget that was passed and not told yet. Holds count as spent. */
export function budgetWarnings(run: Run, shares: readonly number[]): Noticed[] {
  const { budget } = run
  if (budget === null || shares.length === 0) return []
  const spent = spentOrHeld(run)
  const told = run.notices.filter((notice) => notice.code === 'budget-warning').length
  // A share has at most a few digits: in millionths it is exact.
  const passed = shares.filter((share) => spent * 1_000_000n >= budget * BigInt(Math.round(share * 1_000_000)))
  return passed.slice(told).map((share) => ({
    type: 'noticed', severity: 'warning', code: 'budget-warning', step: null,
    message: `${Math.round(share * 100)} % of the budget are used or reserved: ${formatUsd(spent)} of ${formatUsd(budget)}`,
  }))
}
