import { resolve } from 'node:path'
import type { Redactor } from '../base/redact.ts'
import { createAdmission } from '../provider/admission.ts'
import type { Caller } from '../provider/caller.ts'
import { createCaller } from '../provider/create-caller.ts'
import { createLedger } from '../provider/ledger.ts'
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
  const ledger = createLedger(new Map([['run', { limit: run.budget ?? undefined, spent: spentBy(run) }]]))
  return createCaller(providers, { price: lanePrices(declarations), admission: createAdmission(ledger, () => ['run']), retry: RETRY }, ports)
}

function tapeOf({ options, cwd }: RunOrder): Pick<ProviderWorld, 'tape'> {
  if (options.replay !== undefined) return { tape: { mode: 'replay', folder: resolve(cwd, options.replay) } }
  if (options.record !== undefined) return { tape: { mode: 'record', folder: resolve(cwd, options.record) } }
  return {}
}

/** Calls that were never settled are charged with their whole hold. */
function spentBy(run: Run): bigint {
  return [...run.calls.values()].reduce((sum, call) => sum + (call.cost ?? call.hold), 0n)
}
