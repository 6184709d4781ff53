import type { Pico } from '../base/money.ts'
import type { Result } from '../base/result.ts'
import type { Audit } from './audit.ts'
import type { Bound, Clearance } from './clearance.ts'
import type { Lane } from './lane.ts'
import type { CallFailure, CallSlot, ModelReply, ModelRequest, Usage } from './model.ts'
import type { Route } from './route.ts'

/** The one door to the models: every call passes admission, is held before it is sent and settled once, whatever happens. */
export interface Caller {
  /** On one lane, or on the lanes of a route, one after the other, as far as the failure of one is no failure of all. */
  call(target: Lane | Route, request: ModelRequest, tell: CallTeller, signal: AbortSignal): Promise<Result<ModelReply, Refusal>>
  /**
   * The same door for a request that another program makes and that is only passed on: one lane, no retry. Waits for room as
   * `call` does; the answer is the right to send exactly one request, to be settled once. `tell.slot` is unique for each request.
   */
  admit(bound: Bound, tell: Pick<CallTeller, 'slot' | 'reserved' | 'settled'>, signal: AbortSignal): Promise<Result<Clearance, Refusal>>
  /** Tokens of input and output together that the widest of its models takes; undefined where that is not known of each. */
  window(target: Lane | Route): number | undefined
  /**
   * Enters what a program says that it has cost, after the fact: nobody could hold it back before. `call` is unique in the run.
   * The answer is a refusal where a budget is passed now.
   */
  charge(call: string, slot: CallSlot, cost: Pico): Promise<Refusal | undefined>
}

/** What must be durable before the caller goes on, and what only is to be known. */
export interface CallTeller {
  reserved(reservation: Reservation): Promise<void>
  settled(settlement: Settlement): Promise<void>
  decided(decision: Decision): Promise<void>
  text(delta: string): void
  /** Unique in the run: ids of reservations are made from it, and recordings are filed under it. */
  readonly slot: CallSlot
}

/** Money in pico-dollars as decimal text, as the journal keeps it. */
export interface Reservation {
  readonly call: string
  readonly provider: string
  readonly model: string
  readonly hold: string
}

/** One for each reservation, so one for each request: a retry has its own, and `retries` is 1 there, else 0. */
export interface Settlement {
  readonly call: string
  readonly cost: string
  readonly basis: 'measured' | 'hold' | 'none'
  readonly usage: Usage
  readonly retries: number
}

export interface Decision {
  readonly route: string | null
  readonly chosen: string | null
  readonly reason: string
  readonly excluded: readonly { readonly model: string; readonly because: string }[]
  readonly outcome: string
  /** Another lane was used than the one that would have been first. */
  readonly fallback?: true
  /** All that the choice came from: `derivedChoice` finds it again from this alone. */
  readonly audit: Audit
}

export type Refusal =
  | { readonly kind: 'failed'; readonly failure: CallFailure }
  /** `resumeAfter`: when it is renewed, in milliseconds since 1970, as the budget of a day is. */
  | { readonly kind: 'budget'; readonly scope: string; readonly message: string; readonly resumeAfter?: number }
  /** There is no room within the longest wait; `resumeAfter`: milliseconds since 1970. */
  | { readonly kind: 'quota'; readonly failure: CallFailure; readonly resumeAfter: number }
