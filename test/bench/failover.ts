import { createClock } from '../../src/host/clock.ts'
import { createAdmission } from '../../src/provider/admission.ts'
import { createConceal } from '../../src/provider/conceal.ts'
import { createCaller } from '../../src/provider/create-caller.ts'
import { createLedger } from '../../src/provider/ledger.ts'
import { createOpenaiCompatible } from '../../src/provider/openai-compatible.ts'
import { RETRY } from '../../src/provider/retry.ts'
import { PATIENCE } from '../../src/provider/watch.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { listener } from '../unit/provider/fake-provider.ts'
import { median, row } from './measure.ts'

const REQUEST = { model: '', system: undefined, messages: [{ role: 'user' as const, text: 'Say it.' }], tools: [], maxOutputTokens: 100, temperature: undefined }
const CALLS = 300
const WARM = 50

/** One call that begins at a provider which answers 503, beside one that goes straight to the model that answers. */
export async function benchFailover(): Promise<void> {
  const down = { status: 503, body: { error: { type: 'server_error', code: 'server_error', message: 'down' } } }
  const simulator = await startSimulator({ answer: ({ model }) => (model === 'broken' ? down : { text: 'Done.' }) })
  const clock = createClock()
  const provider = createOpenaiCompatible({
    name: 'sim', key: 'none', headers: {}, patience: PATIENCE, conceal: createConceal([]), baseUrl: simulator.baseUrl.chat,
    ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const lanes = ['broken', 'sound'].map((model) => ({ provider: 'sim', model }))
  const admission = createAdmission(createLedger(new Map()), () => ['run'])
  // Never opens, so that every call begins at the broken model.
  const settings = { price: () => 'free' as const, admission, retry: RETRY, breaker: { failures: 1e9, cooldown: 1 } }
  const timed = async (models: typeof lanes, call: string): Promise<Taken> => {
    const caller = createCaller(new Map([['sim', provider]]), settings, { clock, random: { fraction: () => 0.5, hex: () => '' } })
    const [at, used] = [performance.now(), process.cpuUsage()]
    const result = await caller.call({ name: 'r', strategy: 'priority', lanes: models }, REQUEST, listener({ node: call, attempt: 1, call: 0 }), new AbortController().signal)
    if (!result.ok) throw new Error('a call failed that has a fallback')
    const { user, system } = process.cpuUsage(used)
    return { wall: performance.now() - at, cpu: (user + system) / 1000 }
  }
  const pairs: (readonly [Taken, Taken])[] = []
  for (let call = 0; call < CALLS; call += 1) pairs.push([await timed(lanes, `around${call}`), await timed(lanes.slice(1), `direct${call}`)])
  await simulator.close()
  const warm = pairs.slice(WARM)
  for (const by of ['wall', 'cpu'] as const) {
    const added = warm.map(([around, direct]) => around[by] - direct[by])
    const [own, other] = [warm.map(([around]) => around[by]), warm.map(([, direct]) => direct[by])]
    const told = (times: readonly number[]): string => `${median(times).toFixed(1)}, p99 ${p99(times).toFixed(1)} ms`
    const target = by === 'wall' ? 'p99 ≤ +20 ms' : ''
    process.stdout.write(row([`failover after a 503, ${by}: +${told(added)}`, 'the model that answers', `${(median(own) / median(other)).toFixed(2)} ×`, target, told(own), told(other)]))
  }
}

/** Milliseconds; the simulator's work is in them too. */
interface Taken {
  readonly wall: number
  readonly cpu: number
}

function p99(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
}
