import type { Pico } from '../base/money.ts'
import type { Ledger } from './ledger.ts'
import type { CallSlot } from './model.ts'

/** One call that is known from before, by where its money counts. */
export interface PastCall {
  /** Its whole id. */
  readonly node: string
  /** Who made it, where that is one of this pipeline. */
  readonly agent: string | undefined
  /** What it was charged; its hold, where it was never settled. */
  readonly spent: Pico
}

/** The budgets of one pipeline at its place in the run; what has none is not counted apart. */
export interface SiteBudgets {
  /** Before the ids of its nodes: `` or `build/`. */
  readonly prefix: string
  /** The budgets around it, in which all its calls count. */
  readonly around: readonly string[]
  /** Of all nodes and attempts of a step together. */
  readonly steps: ReadonlyMap<string, Pico>
  readonly agents: ReadonlyMap<string, Pico>
  /** What was spent here before a resume. */
  readonly past: readonly PastCall[]
}

/** Opens the budgets of a pipeline in the run's ledger; the answer tells in which ones a call counts. */
export function openScopes(ledger: Ledger, site: SiteBudgets): (slot: Pick<CallSlot, 'node' | 'agent'>) => readonly string[] {
  const own = (node: string, agent: string | undefined): readonly Budget[] => {
    // The id of a node begins with its step's, and a bracket or a slash follows where more does.
    const step = node.slice(site.prefix.length).split(/[(/~]/, 1)[0] ?? ''
    return [
      ...budgetOf(`step \`${site.prefix}${step}\``, site.steps.get(step)),
      ...(agent === undefined ? [] : budgetOf(`agent \`${site.prefix}${agent}\``, site.agents.get(agent))),
    ]
  }
  const spent = new Map<string, Budget & { spent: Pico }>()
  for (const { node, agent, spent: cost } of site.past) {
    for (const budget of own(node, agent)) spent.set(budget.scope, { ...budget, spent: (spent.get(budget.scope)?.spent ?? 0n) + cost })
  }
  for (const budget of spent.values()) ledger.open(budget.scope, budget)
  return ({ node, agent }) => {
    const budgets = own(node, agent)
    for (const { scope, limit } of budgets) ledger.open(scope, { limit, spent: 0n })
    return [...site.around, ...budgets.map(({ scope }) => scope)]
  }
}

interface Budget {
  readonly scope: string
  readonly limit: Pico
}

function budgetOf(scope: string, limit: Pico | undefined): readonly Budget[] {
  return limit === undefined ? [] : [{ scope, limit }]
}
