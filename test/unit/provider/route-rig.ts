import type { Clock } from '../../../src/base/ports.ts'
import type { Result } from '../../../src/base/result.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Caller, Decision, Refusal } from '../../../src/provider/caller.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import type { CallerSettings } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Ledger } from '../../../src/provider/ledger.ts'
import { err, ok } from '../../../src/base/result.ts'
import type { CallFailure, CallSlot, ModelReply, ModelRequest, Provider, Usage } from '../../../src/provider/model.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import type { Route } from '../../../src/provider/route.ts'
import { listener, replyWith } from './fake-provider.ts'
import type { Told } from './fake-provider.ts'
import { seeded } from './quota-provider.ts'

export const ASK: ModelRequest = { model: 'any', system: undefined, messages: [], tools: [], maxOutputTokens: 100, temperature: undefined }
export const PRICE = { input: 3n, output: 7n, cacheRead: 1n, cacheWrite: 4n }

/** How a lane answers its requests: by their number on the lane, and the time. */
export type Script = (number: number, now: number) => (Partial<Usage> & { readonly ms?: number }) | (CallFailure & { readonly ms?: number })

export interface Calls {
  call(target: Route, slot?: Partial<CallSlot>, request?: ModelRequest, signal?: AbortSignal): Promise<Called>
  /** Every request, in its order. */
  readonly sent: { readonly lane: string; readonly at: number }[]
  readonly ledger: Ledger
  readonly caller: Caller
}

export interface Called {
  readonly result: Result<ModelReply, Refusal>
  readonly decision: Decision
  readonly told: Told
}

/** A caller over lanes that follow scripts, by the name of the lane. */
export function routed(
  scripts: Readonly<Record<string, Script>>, clock: Clock, more: Partial<CallerSettings> & { readonly ledger?: Ledger; readonly seed?: number } = {},
): Calls {
  const sent: { lane: string; at: number }[] = []
  const counts = new Map<string, number>()
  const names = new Set(Object.keys(scripts).map((lane) => lane.split('/')[0] ?? ''))
  const pause = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve)))
  const provider = (name: string): Provider => ({
    name,
    async call(request) {
      const lane = `${name}/${request.model}`
      const number = counts.get(lane) ?? 0
      counts.set(lane, number + 1)
      sent.push({ lane, at: clock.elapsed() })
      const { ms = 0, ...turn } = scripts[lane]?.(number, clock.elapsed()) ?? {}
      await pause(ms)
      return 'reason' in turn ? err(turn) : ok({ ...replyWith({ input: 1, ...turn }), model: request.model })
    },
  })
  const ledger = more.ledger ?? createLedger(new Map())
  const settings: CallerSettings = {
    price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY, ...more,
  }
  const ports = { clock, random: { fraction: seeded(more.seed ?? 1), hex: () => '' } }
  const caller = createCaller(new Map([...names].map((name) => [name, provider(name)])), settings, ports)
  let count = 0
  return {
    sent, ledger, caller,
    async call(target, slot = {}, request = ASK, signal = new AbortController().signal) {
      const told = listener({ node: `n${count}`, attempt: 1, call: 0, ...slot })
      count += 1
      const result = await caller.call(target, request, told, signal)
      const decision = told.events.flatMap(([kind, event]) => (kind === 'decided' ? [event] : []))[0]
      if (decision === undefined) throw new Error('nothing was decided')
      return { result, decision, told }
    },
  }
}

export function route(...lanes: string[]): Route {
  const parsed = lanes.map((lane) => ({ provider: lane.split('/')[0] ?? '', model: lane.split('/')[1] ?? '' }))
  return { name: 'coding', strategy: 'priority', lanes: parsed }
}
