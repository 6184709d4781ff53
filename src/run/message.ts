import type { AttemptResult, MaybeReusable } from './contract.ts'
import type { RunEvent, StopCause } from './event.ts'

/** What reaches the engine from outside, through its one inbox. */
export type Message =
  | Told
  | Ended
  | LookedUp
  | { readonly kind: 'stop'; readonly cause: StopCause }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'tick' }

/** Something that an attempt waits to see written. */
export interface Told {
  readonly kind: 'event'
  readonly event: RunEvent
  readonly confirm: () => void
  readonly refuse: (error: unknown) => void
}

/** It was looked whether a node that could start can take something over instead. */
export interface LookedUp {
  readonly kind: 'looked-up'
  readonly node: string
  readonly found: MaybeReusable
}

export interface Ended {
  readonly kind: 'ended'
  readonly node: string
  readonly attempt: number
  readonly durationMs: number
  readonly result: AttemptResult
}
