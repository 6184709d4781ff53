import type { Pico } from '../base/money.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'

/** What a scope (`run`, later a step, a day) may spend, and what it had spent before this process. */
export interface ScopeBudget {
  /** Undefined: counted, not limited. */
  readonly limit: Pico | undefined
  readonly spent: Pico
}

export interface ScopeState extends ScopeBudget {
  /** Held for calls that are under way. */
  readonly reserved: Pico
}

/** A hold that did not fit, with the scope that it did not fit into. */
export interface OverBudget extends ScopeState {
  readonly scope: string
}

/**
 * Money in scopes. A hold is taken in all its scopes or in none, and nothing waits in between: as long as no call costs more
 * than its hold, no limit is ever passed. Holds are kept apart from what is spent, which only ever grows.
 */
export interface Ledger {
  /** The same call may not be held twice. */
  hold(call: string, amount: Pico, scopes: readonly string[]): Result<void, OverBudget>
  /** Turns a hold into its cost. False when the call has no open hold: it was settled before, and nothing changes. */
  settle(call: string, cost: Pico): boolean
  state(scope: string): ScopeState
  /** Sets what a scope may spend, when nothing is known of it yet. */
  open(scope: string, budget: ScopeBudget): void
}

export function createLedger(budgets: ReadonlyMap<string, ScopeBudget>): Ledger {
  const scopes = new Map([...budgets].map(([scope, budget]) => [scope, { ...budget, reserved: 0n }]))
  const holds = new Map<string, { readonly amount: Pico; readonly scopes: readonly string[] }>()
  const known = new Set<string>()
  const account = (scope: string): { limit: Pico | undefined; spent: Pico; reserved: Pico } => {
    const found = scopes.get(scope) ?? { limit: undefined, spent: 0n, reserved: 0n }
    scopes.set(scope, found)
    return found
  }
  return {
    hold(call, amount, names) {
      if (known.has(call)) throw new Error(`the call \`${call}\` was held before`)
      if (amount < 0n) throw new Error('a hold is no negative amount')
      const unique = [...new Set(names)]
      for (const scope of unique) {
        const { limit, spent, reserved } = account(scope)
        if (limit !== undefined && spent + reserved + amount > limit) return err({ scope, limit, spent, reserved })
      }
      known.add(call)
      holds.set(call, { amount, scopes: unique })
      for (const scope of unique) account(scope).reserved += amount
      return ok(undefined)
    },
    settle(call, cost) {
      const hold = holds.get(call)
      if (hold === undefined) return false
      holds.delete(call)
      for (const scope of hold.scopes) {
        account(scope).reserved -= hold.amount
        account(scope).spent += cost
      }
      return true
    },
    state: (scope) => ({ ...account(scope) }),
    open(scope, budget) {
      if (!scopes.has(scope)) scopes.set(scope, { ...budget, reserved: 0n })
    },
  }
}
