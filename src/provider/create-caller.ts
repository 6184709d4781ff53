import type { Clock, Random } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { Admission } from './admission.ts'
import { admitOne } from './admit-one.ts'
import { BREAKER } from './breaker.ts'
import type { BreakerSettings } from './breaker.ts'
import type { Caller, CallTeller, Decision, Refusal } from './caller.ts'
import type { DayLedger } from './day-ledger.ts'
import { chargeFor } from './charge.ts'
import { beginJourney } from './journey.ts'
import type { Errand, Journey, LaneFacts, World } from './journey.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import { createLanes, renamed } from './lanes.ts'
import type { Lanes } from './lanes.ts'
import type { ProviderLimits } from './limits.ts'
import { createKnownLanes, createMemory } from './memory.ts'
import type { KnownLanes } from './memory.ts'
import type { ModelReply, ModelRequest, Provider } from './model.ts'
import type { LanePrice } from './price.ts'
import type { RetryPolicy } from './retry.ts'
import { chosenLane } from './route.ts'
import type { Route } from './route.ts'
import { travel } from './travel.ts'

export interface CallerSettings {
  /** Undefined where no price is known: then nothing is sent. */
  price(lane: Lane): LanePrice | undefined
  readonly admission: Admission
  /** Of a plain model, and of a route where it says nothing else. */
  readonly retry: RetryPolicy
  readonly breaker?: BreakerSettings
  /** By the name of the provider. */
  readonly limits?: ReadonlyMap<string, ProviderLimits>
  readonly day?: DayLedger
  facts?(lane: Lane): LaneFacts
  /** Of all pipelines of a run, whose providers may be the same under other names. Left out: this caller's own. */
  readonly shared?: Shared
  /** By the name of the provider; left out: the name. */
  account?(provider: string): string
}

/** What callers have in common whose calls go to the same accounts; `lanes` and `known` go by accounts. */
export interface Shared {
  readonly lanes: Lanes
  readonly known: KnownLanes
}

export interface CallerPorts {
  readonly clock: Clock
  readonly random: Random
}

/** The caller of a run: every request is priced, admitted, durably reserved, sent and settled; what may be repeated, is. */
export function createCaller(providers: ReadonlyMap<string, Provider>, settings: CallerSettings, ports: CallerPorts): Caller {
  const { admission, day } = settings
  const account = (provider: string): string => settings.account?.(provider) ?? provider
  const { lanes, known } = settings.shared ?? { lanes: createLanes(settings.limits ?? new Map(), ports), known: createKnownLanes() }
  const nameOf = ({ provider, model }: Lane): string => laneName({ provider: account(provider), model })
  const world: World = {
    providers, admission, day, ports, account, memory: createMemory(known, nameOf), lanes: renamed(lanes, account),
    price: (lane: Lane) => settings.price(lane), facts: (lane: Lane) => settings.facts?.(lane) ?? {},
  }
  return {
    async call(target, request, tell, signal) {
      const journey = beginJourney(world, errandTo(target, settings, request, tell, signal))
      const result = await travel(journey)
      await tell.decided(decision(target, journey, result))
      return result
    },
    admit: async (bound, tell, signal) => admitOne(world, bound, {
      tell, signal, breaker: settings.breaker ?? BREAKER, maxWaitMs: settings.retry.maxWaitMs,
    }),
    window: (target) => widest(('lanes' in target ? target.lanes : [target]).map((lane) => world.facts(lane).contextWindow)),
    charge: async (call, slot, cost) => chargeFor(world, call, slot, cost),
  }
}

function widest(windows: readonly (number | undefined)[]): number | undefined {
  const known = windows.filter((window) => window !== undefined)
  return known.length === windows.length && known.length > 0 ? Math.max(...known) : undefined
}

function errandTo(
  target: Lane | Route, settings: CallerSettings, request: ModelRequest, tell: CallTeller, signal: AbortSignal,
): Errand {
  const breaker = settings.breaker ?? BREAKER
  const common = { request, tell, signal }
  if (!('lanes' in target)) return { ...common, lanes: [target], strategy: 'priority', retry: settings.retry, breaker }
  const unique = new Map(target.lanes.map((lane) => [laneName(lane), lane]))
  const { strategy } = target
  const retry = { ...settings.retry, ...target.retry }
  return { ...common, lanes: [...unique.values()], strategy, retry, breaker: target.breaker ?? breaker }
}

function decision(target: Lane | Route, journey: Journey, result: Result<ModelReply, Refusal>): Decision {
  const { requests, rounds, sticky, errand } = journey
  const chosen = requests.at(-1)?.lane ?? null
  const route = 'lanes' in target ? target.name : null
  return {
    route, chosen, reason: route === null ? 'model' : errand.strategy, excluded: leftOut(journey, chosen),
    ...(chosen !== null && firstChoice(journey) !== chosen ? { fallback: true } : {}),
    outcome: result.ok ? 'ok' : outcomeOf(result.error, journey), audit: { strategy: errand.strategy, sticky, rounds, requests },
  }
}

/** The lanes that were not used, those too that a breaker only kept from this call. */
function leftOut({ excluded, rounds }: Journey, chosen: string | null): Decision['excluded'] {
  const left = new Map([...excluded].map(([model, { because }]) => [model, because]))
  for (const { lane, barred } of rounds.at(-1)?.candidates ?? []) if (barred !== null && !left.has(lane)) left.set(lane, barred)
  return [...left].filter(([model]) => model !== chosen).map(([model, because]) => ({ model, because }))
}

/** The lane that the call would have been sent to if nothing had failed: what cannot serve it at all is none. */
function firstChoice({ rounds, errand, sticky }: Journey): string | undefined {
  const candidates = (rounds[0]?.candidates ?? []).map((one) => (UNFIT.has(one.barred ?? '') ? one : { ...one, barred: null }))
  return chosenLane(errand.strategy, candidates, sticky)
}

const UNFIT: ReadonlySet<string> = new Set(['no-provider', 'unpriced', 'no-tools', 'context-window'])

function outcomeOf(refusal: Refusal, { excluded, requests }: Journey): string {
  if (refusal.kind !== 'failed') return refusal.kind
  const unsent = requests.length === 0 ? [...excluded.values()].find((exclusion) => exclusion.refusal === refusal) : undefined
  return unsent?.because ?? refusal.failure.reason
}
