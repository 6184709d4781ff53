import type { Pico } from '../base/money.ts'
import type { Lane } from './lane.ts'
import type { Expected } from './limits.ts'
import type { CallFailure, Usage } from './model.ts'

/** All that admission must know of a request, whatever its form. */
export interface Bound {
  readonly lane: Lane
  /** The most tokens that it can use. Of a body that nobody counted, the bytes are a bound of its input. */
  readonly input: number
  readonly output: number
  /** It may have its input cached for an hour, which costs more than for five minutes; a request of ours never does. */
  readonly keepsHour?: boolean
  /** Asks the provider for the number of input tokens; undefined where that failed. Left out: it cannot be asked. */
  count?(signal: AbortSignal): Promise<number | undefined>
  /** What it is expected to need of the provider's limits. Left out: as much as it can use. */
  readonly expected?: Expected
}

/** A request that may be sent: it is priced, admitted, held in every budget, and its reservation is durable. */
export interface Clearance {
  /** Of its reservation. */
  readonly id: string
  readonly hold: Pico
  /** To be called when the request goes out: the next one goes no sooner than the provider's limits allow after it. */
  sent(): void
  /** The headers of the answer came: they tell what is left of the provider's limits. */
  heard(status: number, headers: Headers): void
  /** Must be called, whatever becomes of the request; only the first call counts. Resolves when the cost is durable. */
  settle(outcome: Outcome): Promise<Pico>
}

export type Outcome =
  | { readonly kind: 'answered'; readonly usage: Usage }
  | { readonly kind: 'failed'; readonly failure: CallFailure }
  /** Nobody knows: all that was held is charged, and nothing is said of the lane's health. */
  | { readonly kind: 'lost' }
