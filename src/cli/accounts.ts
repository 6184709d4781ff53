import type { Pico } from '../base/money.ts'
import type { ProviderLimitsSpec } from '../pipeline/limits-spec.ts'
import type { Pipeline, ProviderSpec } from '../pipeline/pipeline.ts'
import type { DayLimits } from '../provider/day-ledger.ts'
import type { ProviderLimits } from '../provider/limits.ts'

/** What pays for the calls of a provider: two providers with one account share its limits, whatever they are called. */
export function accountOf({ type, baseUrl, apiKeyEnv, recording }: ProviderSpec): string {
  return [type, baseUrl, apiKeyEnv, recording].filter((part) => part !== undefined).join(' ')
}

/** The limits of all accounts of a run, of all its pipelines the lowest. */
export function accountLimits(pipelines: readonly Pipeline[]): ReadonlyMap<string, ProviderLimits> {
  const limits = new Map<string, Partial<Record<Limited, number>>>()
  for (const { account, limit } of accountsOf(pipelines)) {
    const known = limits.get(account) ?? {}
    limits.set(account, known)
    for (const key of LIMITED) {
      const value = limit[key]
      if (value !== undefined) known[key] = Math.min(value, known[key] ?? value)
    }
  }
  return limits
}

/** What a day may cost, of all pipelines of a run the lowest; the day is that of the first one. */
export function dayLimits(pipelines: readonly Pipeline[]): DayLimits {
  const providers = new Map<string, { readonly name: string; readonly limit: Pico }>()
  for (const { account, name, limit: { dailyBudget } } of accountsOf(pipelines)) {
    const known = providers.get(account)
    if (dailyBudget !== undefined && (known === undefined || dailyBudget < known.limit)) providers.set(account, { name, limit: dailyBudget })
  }
  const budgets = pipelines.flatMap(({ limits }) => (limits.dailyBudget === undefined ? [] : [limits.dailyBudget]))
  const replayed = pipelines.flatMap((one) => [...one.providers.values()]).filter(({ type }) => type === 'replay')
  const ignored = new Set(replayed.map(accountOf))
  return { all: budgets.reduce<Pico | undefined>(lower, undefined), providers, ignored, zone: pipelines[0]?.limits.zone ?? 'UTC' }
}

type Limited = 'rpm' | 'tpm' | 'itpm' | 'otpm' | 'concurrency'
const LIMITED: readonly Limited[] = ['rpm', 'tpm', 'itpm', 'otpm', 'concurrency']

function accountsOf(pipelines: readonly Pipeline[]): { readonly account: string; readonly name: string; readonly limit: ProviderLimitsSpec }[] {
  return pipelines.flatMap(({ limits, providers }) => [...limits.providers].flatMap(([name, limit]) => {
    const provider = providers.get(name)
    return provider ? [{ account: accountOf(provider), name, limit }] : []
  }))
}

function lower(one: Pico | undefined, other: Pico): Pico {
  return one === undefined || other < one ? other : one
}
