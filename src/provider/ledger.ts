import type { Pico } from '../base/money.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'

/** What a scope (`run`, later a step, a day) may spend, and what it had spent before this process. */
export interface ScopeBudget {
  /** Undefined: counted, not limited. */
  readonly limit: Pico | undefined
  readonly spent: Pico
}

/** `spent` is what was spent here and what others spent or hold. */
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
  /** As if the call had never been held. */
  release(call: string): void
  /** Enters what was spent without a hold; the answer is the first scope that it passed. */
  charge(cost: Pico, scopes: readonly string[]): OverBudget | undefined
  /** What others than this ledger have spent or hold in a scope, as it is known now. */
  elsewhere(scope: string, amount: Pico): void
  state(scope: string): ScopeState
  /** Sets what a scope may spend, when nothing is known of it yet. */
  open(scope: string, budget: ScopeBudget): void
}

interface Account {
  readonly limit: Pico | undefined
  spent: Pico
  elsewhere: Pico
  reserved: Pico
}

export function createLedger(budgets: ReadonlyMap<string, ScopeBudget>): Ledger {
  const scopes = new Map<string, Account>([...budgets].map(([scope, budget]) => [scope, { ...budget, elsewhere: 0n, reserved: 0n }]))
  const holds = new Map<string, { readonly amount: Pico; readonly scopes: readonly string[] }>()
  const known = new Set<string>()
  const account = (scope: string): Account => {
    const found = scopes.get(scope) ?? { limit: undefined, spent: 0n, elsewhere: 0n, reserved: 0n }
    scopes.set(scope, found)
    return found
  }
  const state = (scope: string): ScopeState => {
    const { limit, spent, elsewhere, reserved } = account(scope)
    return { limit, spent: spent + elsewhere, reserved }
  }
  const passed = (names: readonly string[], amount: Pico): OverBudget | undefined => {
    for (const scope of names) {
      const { limit, spent, reserved } = state(scope)
      if (limit !== undefined && spent + reserved + amount > limit) return { scope, limit, spent, reserved }
    }
    return undefined
  }
  return {
    hold(call, amount, names) {
      if (known.has(call)) throw new Error(`the call \`${call}\` was held before`)
      if (amount < 0n) throw new Error('a hold is no negative amount')
      const unique = [...new Set(names)]
      const over = passed(unique, amount)
      if (over !== undefined) return err(over)
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
    release(call) {
      const hold = holds.get(call)
      holds.delete(call)
      known.delete(call)
      for (const scope of hold?.scopes ?? []) account(scope).reserved -= hold?.amount ?? 0n
    },
    charge(cost, names) {
      const unique = [...new Set(names)]
      for (const scope of unique) account(scope).spent += cost
      return passed(unique, 0n)
    },
    elsewhere: (scope, amount) => void (account(scope).elsewhere = amount),
    state,
    open(scope, budget) {
      if (!scopes.has(scope)) scopes.set(scope, { ...budget, elsewhere: 0n, reserved: 0n })
    },
  }
}
