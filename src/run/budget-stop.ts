import { formatUsd } from '../base/money.ts'
import type { RunEvent, RunStopping } from './event.ts'
import { spentOrHeld } from './nested-runs.ts'
import type { Run } from './run.ts'

/**
 * The stop that is due when a settlement passed the budget. A call of ours is held before it is sent and cannot do that; what a
 * program says that it has cost is known only when it is spent.
 */
export function budgetStop(run: Run, event: RunEvent): RunStopping[] {
  const { budget } = run
  if (budget === null || run.stopping !== null || !settles(event)) return []
  const spent = spentOrHeld(run)
  if (spent <= budget) return []
  const message = `the budget of the run is passed: ${formatUsd(spent)} of ${formatUsd(budget)} are spent`
  return [{ type: 'run-stopping', cause: { kind: 'budget', message } }]
}

function settles(event: RunEvent): boolean {
  return event.type === 'nested' ? settles(event.event) : event.type === 'call-settled'
}
