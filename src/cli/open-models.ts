import { dirname, join, resolve } from 'node:path'
import type { Redactor } from '../base/redact.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { createAdmission } from '../provider/admission.ts'
import type { Caller } from '../provider/caller.ts'
import { createCaller } from '../provider/create-caller.ts'
import type { Shared } from '../provider/create-caller.ts'
import { createDayLedger } from '../provider/day-ledger.ts'
import type { DayLedger } from '../provider/day-ledger.ts'
import { createLanes } from '../provider/lanes.ts'
import { createLedger } from '../provider/ledger.ts'
import type { Ledger } from '../provider/ledger.ts'
import { createKnownLanes } from '../provider/memory.ts'
import { createProviders, laneFacts, lanePrices, upstreamOf } from '../provider/registry.ts'
import type { ProviderWorld } from '../provider/registry.ts'
import { RETRY } from '../provider/retry.ts'
import { openScopes } from '../provider/scopes.ts'
import type { PastCall, SiteBudgets } from '../provider/scopes.ts'
import type { Lease } from '../proxy/lease.ts'
import type { LeaseOrder } from '../proxy/tenancy.ts'
import type { AttemptTask } from '../run/contract.ts'
import { spentOrHeld } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import { createDayBook } from '../store/day-book.ts'
import { accountLimits, accountOf, dayLimits } from './accounts.ts'
import type { RunOrder } from './run-order.ts'

/** The models of one pipeline behind the one door, and those of the pipelines that its nodes perform. */
export interface Models {
  readonly caller: Caller
  /** What a program is given in place of a provider's key. */
  lease(provider: string, order: LeaseOrder): Promise<Lease>
  nested(child: Pipeline, task: Pick<AttemptTask, 'node' | 'nested'>): Models
}

/** What all pipelines of a run share: money, limits, and what is known of their providers. */
interface Household {
  readonly order: RunOrder
  readonly redactor: Redactor
  readonly ledger: Ledger
  readonly day: DayLedger | undefined
  readonly shared: Shared
}

/** Keys are from the environment, and what was spent before a resume stays spent. */
export function openModels(order: RunOrder, redactor: Redactor): Models {
  const { plan: { pipeline }, run, ports, options } = order
  const all = [pipeline, ...pipeline.children.values()]
  const ledger = createLedger(new Map([['run', { limit: run.budget ?? undefined, spent: spentOrHeld(run) }]]))
  const book = createDayBook(ports, join(resolve(order.cwd, options.stateDir), 'days'))
  // What is replayed costs nobody anything today.
  const day = options.replay === undefined ? createDayLedger(book, dayLimits(all), run.id, ports.clock, ledger) : undefined
  const shared = { lanes: createLanes(accountLimits(all), ports), known: createKnownLanes() }
  return modelsOf({ order, redactor, ledger, day, shared }, { pipeline, past: run, prefix: '', around: ['run'] })
}

/** A pipeline at its place in the run. */
interface Site {
  readonly pipeline: Pipeline
  /** What it did before. */
  readonly past: Run | undefined
  /** Before the ids of its nodes. */
  readonly prefix: string
  /** Budgets in which all its calls count. */
  readonly around: readonly string[]
}

function modelsOf(household: Household, { pipeline, past, prefix, around }: Site): Models {
  const { order: { ports, env, cwd }, ledger, day, redactor } = household
  const declarations = pipeline.providers
  const scopesOf = openScopes(ledger, { prefix, around, ...budgetsOf(pipeline), past: past ? pastCalls(past, prefix) : [] })
  const account = (name: string): string => {
    const provider = declarations.get(name)
    return provider === undefined ? name : accountOf(provider)
  }
  const world: ProviderWorld = {
    ports, folder: dirname(resolve(cwd, pipeline.file)), redact: (text) => redactor.text(text),
    secret: (name) => (Object.hasOwn(env, name) ? env[name] : undefined), ...tapeOf(household.order),
  }
  const providers = createProviders(declarations, world)
  const settings = {
    price: lanePrices(declarations), facts: laneFacts(declarations), shared: household.shared, account, retry: { ...RETRY, maxWaitMs: pipeline.limits.maxWaitMs },
    admission: createAdmission(ledger, ({ slot, lane }) => [...scopesOf(slot), ...(day?.scopes(account(lane.provider)) ?? [])]),
    ...(day === undefined ? {} : { day }),
  }
  const caller = createCaller(providers, settings, ports)
  return {
    caller,
    async lease(provider, lease) {
      const declaration = declarations.get(provider)
      if (!declaration) throw new Error(`there is no provider \`${provider}\``)
      const { openLease } = await import('../proxy/lease.ts')
      return openLease({ caller, upstream: upstreamOf(declaration, world), ports }, lease)
    },
    nested(child, { node, nested }) {
      const own = `pipeline \`${node}\``
      ledger.open(own, { limit: child.limits.budget, spent: nested ? spentOrHeld(nested) : 0n })
      return modelsOf(household, { pipeline: child, past: nested, prefix: `${node}/`, around: [...scopesOf({ node }), own] })
    },
  }
}

function tapeOf({ options, cwd }: RunOrder): Pick<ProviderWorld, 'tape'> {
  if (options.replay !== undefined) return { tape: { mode: 'replay', folder: resolve(cwd, options.replay) } }
  if (options.record !== undefined) return { tape: { mode: 'record', folder: resolve(cwd, options.record) } }
  return {}
}

function budgetsOf({ steps, agents }: Pipeline): Pick<SiteBudgets, 'steps' | 'agents'> {
  return {
    steps: new Map([...steps].flatMap(([id, { budget }]) => (budget === undefined ? [] : [[id, budget] as const]))),
    agents: new Map([...agents].flatMap(([name, { budget }]) => (budget === undefined ? [] : [[name, budget] as const]))),
  }
}

/** Of a run and all that is nested in it; the agents of called pipelines are others, those of `tasks` the same. */
function pastCalls(run: Run, prefix: string, areOurs = true): PastCall[] {
  const own = [...run.calls.values()].map(({ node, agent, cost, hold }) => ({ node: `${prefix}${node}`, agent: areOurs && agent !== null ? agent : undefined, spent: cost ?? hold }))
  return [...own, ...[...run.nested].flatMap(([node, inner]) => {
    const isTasks = run.steps.get(run.nodes.get(node)?.step ?? '')?.kind === 'tasks'
    return pastCalls(inner, `${prefix}${node}/`, areOurs && isTasks)
  })]
}
