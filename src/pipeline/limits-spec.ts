import type { Pico } from '../base/money.ts'

export interface LimitsSpec {
  readonly budget: Pico | undefined
  /** Of all runs that share the state folder, in one day. */
  readonly dailyBudget: Pico | undefined
  /** An IANA name: where a day begins. */
  readonly zone: string
  /** Shares of the budget, ascending. */
  readonly warnAt: readonly number[]
  readonly timeoutMs: number | undefined
  readonly concurrency: number | undefined
  readonly maxWaitMs: number
  readonly providers: ReadonlyMap<string, ProviderLimitsSpec>
}

/** Per minute and for one credential; undefined: not limited by us. */
export interface ProviderLimitsSpec {
  readonly rpm: number | undefined
  readonly tpm: number | undefined
  readonly itpm: number | undefined
  readonly otpm: number | undefined
  readonly concurrency: number | undefined
  readonly dailyBudget: Pico | undefined
}
