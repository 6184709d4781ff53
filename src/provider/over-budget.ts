import { formatUsd } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import type { OverBudget } from './ledger.ts'

/** For people: what was asked, and how its scope stands. */
export function overBudgetMessage(hold: Pico, { scope, limit, spent, reserved }: OverBudget): string {
  const open = reserved === 0n ? '' : ` and ${formatUsd(reserved)} are reserved`
  const found = `${formatUsd(spent)} of ${formatUsd(limit ?? 0n)} are spent${open}`
  return `a call that may cost ${formatUsd(hold)} does not fit into the budget of the ${scope}: ${found}`
}
