import type { HttpServers, Random } from '../base/ports.ts'
import type { CallTeller, Caller, Refusal } from '../provider/caller.ts'
import type { HttpProvider } from '../provider/exchange.ts'
import type { CallFailure, Usage } from '../provider/model.ts'
import type { Vendor } from './endpoint.ts'
import { vendorError } from './vendor-error.ts'

/** What a program is given in place of a key, for as long as an attempt lasts. */
export interface LeaseOrder {
  readonly vendor: Vendor
  /** Undefined: whatever model the program asks for, as long as its price is known. */
  readonly model: string | undefined
  readonly maxOutputTokens: number
  /** Undefined: the program counts its turns itself. */
  readonly maxCalls: number | undefined
  /** Longer than this nobody waits for a provider's limit. */
  readonly maxWaitMs: number
  /** `call` counts the calls of the attempt from 0. */
  tellerOf(call: number): CallTeller
  readonly signal: AbortSignal
}

export interface LeaseWorld {
  readonly caller: Caller
  /** Holds the real key. */
  readonly upstream: HttpProvider
  readonly ports: { readonly servers: HttpServers; readonly random: Random }
}

export type StopReason = Exclude<Refusal, { kind: 'failed' }> | { readonly kind: 'calls'; readonly most: number }

export interface Counted {
  readonly requests: number
  readonly usage: Usage
  /** Pico-dollars. */
  readonly cost: bigint
  /** Requests of which nobody knows what they used. */
  readonly lost: number
}

/** What an attempt's requests have in common. */
export interface Tenancy {
  readonly order: LeaseOrder
  readonly world: LeaseWorld
  readonly stop: AbortController
  readonly tally: Tally
}

export interface Tally {
  calls: number
  /** That was asked last. */
  model: string | undefined
  reason: StopReason | undefined
  failure: CallFailure | undefined
  counted: Counted
  /** Requests that are not settled yet. */
  readonly open: Set<Promise<void>>
}

/** The program is told so in its vendor's words, and then stopped: the first reason stands. */
export function stopped(tenancy: Tenancy, reason: StopReason): Response {
  const { order, tally, stop } = tenancy
  tally.reason ??= reason
  stop.abort()
  const retryAfterMs = reason.kind === 'quota' ? reason.failure.retryAfterMs : undefined
  return vendorError(order.vendor, reason.kind === 'quota' ? 'limit' : 'budget', messageOf(reason), retryAfterMs)
}

export function messageOf(reason: StopReason): string {
  switch (reason.kind) {
    case 'budget': return reason.message
    case 'quota': return reason.failure.message
    case 'calls': return `the agent was not done after ${reason.most} turns`
  }
}
