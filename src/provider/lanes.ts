import type { Clock, Random } from '../base/ports.ts'
import type { Admission, Applicant, Permit } from './admission.ts'
import { createBreaker } from './breaker.ts'
import type { Barred, Breaker, BreakerPermit, BreakerSettings } from './breaker.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import { createGate } from './limits.ts'
import type { Expected, Gate, Hindrance, Pass, ProviderLimits } from './limits.ts'
import { createQueue } from './queue.ts'
import type { Admitted, Queue, Try } from './queue.ts'

/** All that one request needs beside its hold. */
export interface Ticket {
  readonly permit: Permit
  readonly pass: Pass
  readonly breaker: BreakerPermit
}

/** Why a request may not be sent. */
export type Denial =
  | { readonly kind: 'breaker'; readonly barred: Barred }
  | { readonly kind: 'limits'; readonly hindrance: Hindrance }
  | { readonly kind: 'budget'; readonly scope: string; readonly message: string; readonly resumeAfter?: number }

/** The state of all lanes of a run, and the one way onto them. */
export interface Lanes {
  breaker(lane: Lane, settings: BreakerSettings): Breaker
  gate(provider: string): Gate
  /**
   * Breaker, slot, limits and budgets, taken together in one synchronous step or not at all; waits in its provider's queue
   * while limits or other calls' holds leave no room.
   */
  enter(entrance: Entrance, signal: AbortSignal): Promise<Admitted<Ticket, Denial>>
  /** Something ended or changed: whoever waits may go now. */
  changed(): void
}

export interface Entrance {
  readonly admission: Admission
  readonly applicant: Applicant
  /** What it is to go onto: the applicant's lane, by the name that all users of these lanes have for it. */
  readonly lane: Lane
  readonly expected: Expected
  readonly breaker: BreakerSettings
  readonly maxWaitMs: number
  /** Out at once where a budget has no room yet. */
  readonly isHasty: boolean
}

/** `limits`: by the name of the provider. */
export function createLanes(
  limits: ReadonlyMap<string, ProviderLimits>, ports: { readonly clock: Clock; readonly random: Random },
): Lanes {
  const { clock, random } = ports
  const breakers = new Map<string, Breaker>()
  const gates = new Map<string, Gate>()
  const queues = new Map<string, Queue<Ticket, Denial>>()
  const breaker: Lanes['breaker'] = (lane, settings) => kept(breakers, laneName(lane), () => createBreaker(settings, random))
  const gate = (provider: string): Gate => kept(gates, provider, () => createGate(limits.get(provider) ?? {}, clock.elapsed()))
  return {
    breaker, gate,
    enter(entrance, signal) {
      const { admission, applicant, lane, maxWaitMs } = entrance
      const queue = kept(queues, lane.provider, () => createQueue<Ticket, Denial>(clock))
      const place = { breaker: breaker(lane, entrance.breaker), gate: gate(lane.provider), clock }
      return queue.enter({ scopes: admission.scopes(applicant), attempt: () => tryEnter(place, entrance) }, signal, maxWaitMs)
    },
    changed: () => queues.forEach((queue) => queue.pump()),
  }
}

/** The same lanes for users who call their providers otherwise. `account`: what a provider of theirs is called here. */
export function renamed(lanes: Lanes, account: (provider: string) => string): Lanes {
  const here = ({ provider, model }: Lane): Lane => ({ provider: account(provider), model })
  return {
    breaker: (lane, settings) => lanes.breaker(here(lane), settings),
    gate: (provider) => lanes.gate(account(provider)),
    enter: async (entrance, signal) => lanes.enter({ ...entrance, lane: here(entrance.lane) }, signal),
    changed: () => lanes.changed(),
  }
}

interface Place {
  readonly breaker: Breaker
  readonly gate: Gate
  readonly clock: Clock
}

/** All or nothing. Nothing is awaited here, so that no other call can come between what is asked and what is taken. */
function tryEnter({ breaker, gate, clock }: Place, { admission, applicant, expected, maxWaitMs, isHasty }: Entrance): Try<Ticket, Denial> {
  const now = clock.elapsed()
  const barred = breaker.barred(now)
  if (barred !== undefined) return { kind: 'out', value: { kind: 'breaker', barred } }
  const hindrance = gate.hindrance(expected, now)
  if (hindrance !== undefined) {
    const late: Denial = { kind: 'limits', hindrance }
    const isTooLong = Number.isFinite(hindrance.ms) && hindrance.ms > maxWaitMs
    return isTooLong ? { kind: 'out', value: late } : { kind: 'wait', ms: hindrance.ms, late }
  }
  const held = admission.admit(applicant)
  if (!held.ok) {
    const { scope, message, mayFit } = held.error
    const denial: Denial = { kind: 'budget', scope, message }
    return mayFit && !isHasty ? { kind: 'wait-for-budget', scope, late: denial } : { kind: 'out', value: denial }
  }
  return { kind: 'in', value: { permit: held.value, pass: gate.take(expected, now), breaker: breaker.take() } }
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
