import { resolve } from 'node:path'
import type { Redactor } from '../base/redact.ts'
import type { AgentSpec, ProviderLimitsSpec } from '../pipeline/pipeline.ts'
import { createAdmission } from '../provider/admission.ts'
import type { Caller } from '../provider/caller.ts'
import { createCaller } from '../provider/create-caller.ts'
import { createLedger } from '../provider/ledger.ts'
import type { ScopeBudget } from '../provider/ledger.ts'
import { createProviders, lanePrices } from '../provider/registry.ts'
import type { ProviderWorld } from '../provider/registry.ts'
import { RETRY } from '../provider/retry.ts'
import type { Run } from '../run/run.ts'
import type { RunOrder } from './run-order.ts'

/** The models of a run behind the one door: keys from the environment, and what was spent before a resume stays spent. */
export function openModels(order: RunOrder, redactor: Redactor, folder: string): Caller {
  const { ports, plan, env, run } = order
  const declarations = plan.pipeline.providers
  const providers = createProviders(declarations, {
    ports, folder, redact: (text) => redactor.text(text), secret: (name) => (Object.hasOwn(env, name) ? env[name] : undefined), ...tapeOf(order),
  })
  const { limits } = plan.pipeline
  const scopes = agentScopes(order)
  const ledger = createLedger(new Map([['run', { limit: run.budget ?? undefined, spent: spentBy(run) }], ...scopes.budgets]))
  const settings = {
    price: lanePrices(declarations), admission: createAdmission(ledger, scopes.of), retry: { ...RETRY, maxWaitMs: limits.maxWaitMs },
    limits: new Map([...limits.providers].map(([name, limit]) => [name, present(limit)])),
  }
  return createCaller(providers, settings, ports)
}

function tapeOf({ options, cwd }: RunOrder): Pick<ProviderWorld, 'tape'> {
  if (options.replay !== undefined) return { tape: { mode: 'replay', folder: resolve(cwd, options.replay) } }
  if (options.record !== undefined) return { tape: { mode: 'record', folder: resolve(cwd, options.record) } }
  return {}
}

/** The budgets of agents, and which of them a request counts in. */
function agentScopes({ plan, run }: RunOrder): { budgets: [string, ScopeBudget][]; of(applicant: { readonly slot: { readonly node: string } }): string[] } {
  const agentOf = (node: string): AgentSpec | undefined => {
    const spec = plan.steps.get(run.nodes.get(node)?.step ?? '')?.spec
    return spec?.kind === 'agent' ? plan.pipeline.agents.get(spec.agent) : undefined
  }
  const budgets = [...plan.pipeline.agents.values()].flatMap((agent): [string, ScopeBudget][] => {
    if (agent.budget === undefined) return []
    const calls = [...run.calls.values()].filter((call) => agentOf(call.node) === agent)
    return [[scopeName(agent), { limit: agent.budget, spent: calls.reduce((sum, call) => sum + (call.cost ?? call.hold), 0n) }]]
  })
  return {
    budgets,
    of({ slot }) {
      const agent = agentOf(slot.node)
      return agent?.budget === undefined ? ['run'] : ['run', scopeName(agent)]
    },
  }
}

function scopeName(agent: AgentSpec): string {
  return `agent \`${agent.name}\``
}

/** The limits that were set, and no key for the others. */
function present(limits: ProviderLimitsSpec): Partial<Record<keyof ProviderLimitsSpec, number>> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** Calls that were never settled are charged with their whole hold. */
function spentBy(run: Run): bigint {
  return [...run.calls.values()].reduce((sum, call) => sum + (call.cost ?? call.hold), 0n)
}
