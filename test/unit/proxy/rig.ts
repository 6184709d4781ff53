import { usdToPico } from '../../../src/base/money.ts'
import { createClock } from '../../../src/host/clock.ts'
import { createHttpServers } from '../../../src/host/http-servers.ts'
import { createRandom } from '../../../src/host/random.ts'
import { createSockets } from '../../../src/host/sockets.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Decision, Reservation, Settlement } from '../../../src/provider/caller.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { ScopeState } from '../../../src/provider/ledger.ts'
import type { Price } from '../../../src/provider/price.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { PATIENCE } from '../../../src/provider/watch.ts'
import type { Patience } from '../../../src/provider/watch.ts'
import type { Vendor } from '../../../src/proxy/endpoint.ts'
import { openLease } from '../../../src/proxy/lease.ts'
import type { Lease } from '../../../src/proxy/lease.ts'
import type { LeaseOrder } from '../../../src/proxy/tenancy.ts'
import type { AnyProtocol, SimAnswer, SimRequest } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import type { Simulator } from '../../simulator/simulator.ts'

export const KEY = 'real-key-that-must-never-be-seen-4711'
export const PRICE: Price = { input: 3_000_000n, output: 15_000_000n, cacheRead: 300_000n, cacheWrite: 3_750_000n }

export const VENDORS: Readonly<Record<AnyProtocol, Vendor>> = { messages: 'anthropic', responses: 'openai', chat: 'openai', generate: 'gemini' }

/** How a program asks each protocol. */
export const ASKS: Readonly<Record<AnyProtocol, { readonly path: string; readonly body: object; readonly header: (key: string) => Record<string, string> }>> = {
  messages: {
    path: '/v1/messages?beta=true', header: (key) => ({ 'x-api-key': key }),
    body: { model: 'm', max_tokens: 100, stream: true, messages: [{ role: 'user', content: 'Hello' }] },
  },
  responses: { path: '/v1/responses', header: (key) => ({ authorization: `Bearer ${key}` }), body: { model: 'm', stream: true, input: [{ type: 'message', role: 'user', content: 'Hello' }] } },
  chat: { path: '/v1/chat/completions', header: (key) => ({ authorization: `Bearer ${key}` }), body: { model: 'm', stream: true, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] } },
  generate: {
    path: '/v1beta/models/m:streamGenerateContent?alt=sse', header: (key) => ({ 'x-goog-api-key': key }),
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }], generationConfig: { maxOutputTokens: 100 } },
  },
}

export interface Rig extends AsyncDisposable {
  readonly lease: Lease
  readonly simulator: Simulator
  /** All that was told, in its order. */
  readonly told: { readonly reserved: Reservation[]; readonly settled: Settlement[]; readonly decided: Decision[] }
  budget(): ScopeState
  /** Asks as a program does; `more` is laid over the body. */
  ask(protocol: AnyProtocol, more?: object, init?: Partial<RequestInit> & { readonly path?: string; readonly key?: string }): Promise<Response>
  readonly stop: AbortController
}

export interface RigSettings {
  readonly budgetUsd?: number
  readonly order?: Partial<LeaseOrder>
  readonly patience?: Partial<Patience>
  readonly maxWaitMs?: number
}

/** A proxy in front of a simulated vendor: the caller, the ledger, the servers and the sockets are the real ones. */
export async function proxyRig(protocol: AnyProtocol, answer: (request: SimRequest) => SimAnswer, settings: RigSettings = {}): Promise<Rig> {
  const simulator = await startSimulator({ answer })
  const ports = { clock: createClock(), random: createRandom(), servers: createHttpServers(), http: { fetch: globalThis.fetch } }
  const ledger = createLedger(new Map([['run', { limit: usdToPico(settings.budgetUsd ?? 1000), spent: 0n }]]))
  const upstream = {
    name: 'sim', key: KEY, headers: { 'x-team': 'platform' }, baseUrl: simulator.baseUrl[protocol], patience: { ...PATIENCE, ...settings.patience }, conceal: createConceal([KEY]), ports,
  }
  const provider = { name: 'sim', call: () => Promise.reject(new Error('no call of ours')) }
  const maxWaitMs = settings.maxWaitMs ?? 1000
  const caller = createCaller(new Map([['sim', provider]]), { price: ({ model }) => (model === 'unpriced' ? undefined : PRICE), admission: createAdmission(ledger, () => ['run']), retry: { ...RETRY, maxWaitMs } }, ports)
  const told: Rig['told'] = { reserved: [], settled: [], decided: [] }
  const stop = new AbortController()
  const lease = await openLease({ caller, upstream, ports }, {
    vendor: VENDORS[protocol], model: 'm', maxOutputTokens: 1000, maxCalls: undefined, maxWaitMs, signal: stop.signal,
    tellerOf: (call) => ({
      slot: { node: 'work', attempt: 1, call }, text: () => {},
      reserved: async (one) => void told.reserved.push(one), settled: async (one) => void told.settled.push(one), decided: async (one) => void told.decided.push(one),
    }),
    ...settings.order,
  })
  const listener = await createSockets().listen({ host: '127.0.0.1', port: 0 }, lease.accept)
  return {
    lease, simulator, told, stop, budget: () => ledger.state('run'),
    async ask(spoken, more = {}, { path, key, ...init } = {}) {
      const { path: own, body, header } = ASKS[spoken]
      return fetch(`http://127.0.0.1:${listener.port}${path ?? own}`, {
        method: 'POST', body: JSON.stringify({ ...body, ...more }), ...init, headers: { 'content-type': 'application/json', ...header(key ?? lease.key), ...init.headers },
      })
    },
    async [Symbol.asyncDispose]() {
      await lease.close()
      await listener.close()
      await simulator.close()
    },
  }
}
