import type { Clock, Random } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { Admission } from './admission.ts'
import type { AuditedRequest, Round } from './audit.ts'
import type { BreakerSettings } from './breaker.ts'
import type { CallTeller, Refusal } from './caller.ts'
import type { DayLedger } from './day-ledger.ts'
import type { Exclusion } from './exclusion.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import type { Memory } from './memory.ts'
import type { ModelReply, ModelRequest, Provider } from './model.ts'
import type { LanePrice } from './price.ts'
import type { RetryPolicy } from './retry.ts'
import type { Strategy } from './route.ts'

/** What all calls of a run share. */
export interface World {
  readonly providers: ReadonlyMap<string, Provider>
  price(lane: Lane): LanePrice | undefined
  facts(lane: Lane): LaneFacts
  readonly lanes: Lanes
  readonly memory: Memory
  readonly admission: Admission
  readonly day: DayLedger | undefined
  /** What pays for a provider: the same for two that are one, whatever they are called. */
  account(provider: string): string
  readonly ports: { readonly clock: Clock; readonly random: Random }
}

/** What is known of a model beside its price. */
export interface LaneFacts {
  /** Tokens of input and output together. */
  readonly contextWindow?: number
  /** False: it cannot call tools. */
  readonly tools?: boolean
}

/** One logical call: what is asked for, and where it may be sent. */
export interface Errand {
  readonly lanes: readonly Lane[]
  readonly strategy: Strategy
  readonly retry: RetryPolicy
  readonly breaker: BreakerSettings
  readonly request: ModelRequest
  readonly tell: CallTeller
  readonly signal: AbortSignal
}

/** How far a call has come. A lane that is excluded is never used again by this call. */
export interface Journey {
  readonly world: World
  readonly errand: Errand
  readonly excluded: Map<string, Exclusion>
  readonly rounds: Round[]
  readonly requests: AuditedRequest[]
  /** Requests by lane. */
  readonly made: Map<string, number>
  /** Of its input, as providers have counted it, by lane. */
  readonly counts: Map<string, Promise<number | undefined>>
  readonly sticky: string | null
  /** Monotonic, of the beginning. */
  readonly began: number
}

/** What ends a call; undefined: it goes on. */
export type Arrival = Result<ModelReply, Refusal> | undefined

export function beginJourney(world: World, errand: Errand): Journey {
  return {
    world, errand, excluded: new Map(), rounds: [], requests: [], made: new Map(), counts: new Map(),
    sticky: world.memory.sticky(errand.tell.slot) ?? null, began: world.ports.clock.elapsed(),
  }
}

