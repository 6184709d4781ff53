import type { Json } from '../base/json.ts'

/** Durable before the call is sent: a run killed from here on counts the hold as spent. */
export interface CallReserved {
  readonly type: 'call-reserved'
  readonly call: string
  readonly node: string
  readonly attempt: number
  readonly provider: string
  readonly model: string
  readonly hold: string
  /** Who makes it; absent in what older programs wrote. */
  readonly agent?: string
}

export interface CallSettled {
  readonly type: 'call-settled'
  readonly call: string
  readonly cost: string
  /** `measured`: from the provider's own usage; `hold`: usage was lost, the whole hold is charged; `none`: nothing was used. */
  readonly basis: 'measured' | 'hold' | 'none'
  readonly usage: UsageCounts
  readonly retries: number
}

export interface UsageCounts {
  /** Uncached input. */
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** The part of `cacheWrite` that is kept for an hour; absent: none. */
  readonly cacheWriteHour?: number
}

export interface RouteDecided {
  readonly type: 'route-decided'
  readonly node: string
  readonly attempt: number
  readonly route: string | null
  readonly chosen: string | null
  readonly reason: string
  readonly excluded: readonly { readonly model: string; readonly because: string }[]
  readonly outcome: string
  /** Another model answered than the one that would have been first; absent in older journals. */
  readonly fallback?: boolean
  /** All that the choice came from: it can be derived again from this alone. */
  readonly audit?: Json
}
