import { dirname, resolve } from 'node:path'
import type { Redactor } from '../base/redact.ts'
import type { AgentSpec, Pipeline, ProviderLimitsSpec } from '../pipeline/pipeline.ts'
import { createAdmission } from '../provider/admission.ts'
import type { Caller } from '../provider/caller.ts'
import { createCaller } from '../provider/create-caller.ts'
import { createLedger } from '../provider/ledger.ts'
import type { Ledger } from '../provider/ledger.ts'
import { createProviders, lanePrices } from '../provider/registry.ts'
import type { ProviderWorld } from '../provider/registry.ts'
import { RETRY } from '../provider/retry.ts'
import type { AttemptTask } from '../run/contract.ts'
import { spentOrHeld } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import type { RunOrder } from './run-order.ts'

/** The models of one pipeline behind the one door, and those of the pipelines that its nodes perform. */
export interface Models {
  readonly caller: Caller
  nested(child: Pipeline, task: Pick<AttemptTask, 'node' | 'nested'>): Models
}

/** Keys are from the environment, and what was spent before a resume stays spent. One ledger holds the budgets of a whole run. */
export function openModels(order: RunOrder, redactor: Redactor): Models {
  const { plan, run } = order
  const ledger = createLedger(new Map([['run', { limit: run.budget ?? undefined, spent: spentOrHeld(run) }]]))
  return modelsOf(order, redactor, ledger, { pipeline: plan.pipeline, past: run, prefix: '', scopes: ['run'] })
}

/** A pipeline at its place in the run. */
interface Site {
  readonly pipeline: Pipeline
  /** What it did before. */
  readonly past: Run | undefined
  /** Before the ids of its nodes. */
  readonly prefix: string
  /** Budgets in which all its calls count. */
  readonly scopes: readonly string[]
}

function modelsOf(order: RunOrder, redactor: Redactor, ledger: Ledger, site: Site): Models {
  const { ports, env, cwd } = order
  const { pipeline, scopes } = site
  const { limits, providers: declarations } = pipeline
  const providers = createProviders(declarations, {
    ports, folder: dirname(resolve(cwd, pipeline.file)), redact: (text) => redactor.text(text),
    secret: (name) => (Object.hasOwn(env, name) ? env[name] : undefined), ...tapeOf(order),
  })
  const settings = {
    price: lanePrices(declarations), admission: createAdmission(ledger, agentScopes(ledger, site)), retry: { ...RETRY, maxWaitMs: limits.maxWaitMs },
    limits: new Map([...limits.providers].map(([name, limit]) => [name, present(limit)])),
  }
  return {
    caller: createCaller(providers, settings, ports),
    nested(child, { node, nested }) {
      const own = `pipeline \`${node}\``
      ledger.open(own, { limit: child.limits.budget, spent: nested ? spentOrHeld(nested) : 0n })
      return modelsOf(order, redactor, ledger, { pipeline: child, past: nested, prefix: `${node}/`, scopes: [...scopes, own] })
    },
  }
}

function tapeOf({ options, cwd }: RunOrder): Pick<ProviderWorld, 'tape'> {
  if (options.replay !== undefined) return { tape: { mode: 'replay', folder: resolve(cwd, options.replay) } }
  if (options.record !== undefined) return { tape: { mode: 'record', folder: resolve(cwd, options.record) } }
  return {}
}

/** Opens the budgets of agents; the answer tells in which budgets a request counts. */
function agentScopes(ledger: Ledger, { pipeline, past, prefix, scopes }: Site): (applicant: { readonly slot: { readonly agent?: string } }) => string[] {
  const nameOf = (agent: AgentSpec): string => `agent \`${prefix}${agent.name}\``
  for (const agent of pipeline.agents.values()) {
    if (agent.budget === undefined) continue
    const calls = [...past?.calls.values() ?? []].filter((call) => call.agent === agent.name)
    ledger.open(nameOf(agent), { limit: agent.budget, spent: calls.reduce((sum, call) => sum + (call.cost ?? call.hold), 0n) })
  }
  return ({ slot }) => {
    const agent = pipeline.agents.get(slot.agent ?? '')
    return agent?.budget === undefined ? [...scopes] : [...scopes, nameOf(agent)]
  }
}

/** The limits that were set, and no key for the others. */
function present(limits: ProviderLimitsSpec): Partial<Record<keyof ProviderLimitsSpec, number>> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}
