import type { Pico } from '../base/money.ts'
import type { Applicant } from './admission.ts'
import { createLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'

/** One call that is known from before, by where its money counts. */
export interface PastCall {
  readonly node: string
  readonly spent: Pico
}

/** The budgets of one run. Left out of a map: counted, not limited. */
export interface RunBudgets {
  readonly run: Pico | undefined
  readonly steps: ReadonlyMap<string, Pico>
  readonly agents: ReadonlyMap<string, Pico>
  /** Step and agent of a node. */
  place(node: string): { readonly step: string; readonly agent: string | undefined }
  /** What was spent before a resume; a call that was never settled counts with its hold. */
  readonly past: readonly PastCall[]
}

/** A ledger with a scope for the run, each step and each agent, and which of them a call counts in. */
export function createRunScopes(
  budgets: RunBudgets,
): { readonly ledger: Ledger; readonly scopesOf: (applicant: Applicant) => readonly string[] } {
  const scopesAt = (node: string): readonly string[] => {
    const { step, agent } = budgets.place(node)
    return ['run', stepScope(step), ...(agent === undefined ? [] : [agentScope(agent)])]
  }
  const limits = new Map<string, Pico | undefined>([
    ['run', budgets.run],
    ...[...budgets.steps].map(([step, limit]) => [stepScope(step), limit] as const),
    ...[...budgets.agents].map(([agent, limit]) => [agentScope(agent), limit] as const),
  ])
  const spent = new Map<string, Pico>()
  for (const call of budgets.past) for (const scope of scopesAt(call.node)) spent.set(scope, (spent.get(scope) ?? 0n) + call.spent)
  const names = new Set([...limits.keys(), ...spent.keys()])
  const ledger = createLedger(new Map([...names].map((name) => [name, { limit: limits.get(name), spent: spent.get(name) ?? 0n }])))
  return { ledger, scopesOf: ({ slot }) => scopesAt(slot.node) }
}

export function stepScope(step: string): string {
  return `step \`${step}\``
}

export function agentScope(agent: string): string {
  return `agent \`${agent}\``
}
