import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { createClock } from '../../../src/host/clock.ts'
import type { Decision } from '../../../src/provider/caller.ts'
import type { ModelReply } from '../../../src/provider/model.ts'
import type { Result } from '../../../src/base/result.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Refusal } from '../../../src/provider/caller.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import type { Protocol, SimAnswer, SimRequest } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { listener } from './fake-provider.ts'
import type { Told } from './fake-provider.ts'
import { KEY, PROTOCOLS, providerOf, REQUEST } from './rig.ts'
import { MEASURED } from '../../rig/measured.ts'

/** The answer that must arrive whole. */
const SIXTY = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')
const WELL = { text: SIXTY, usage: { input: 50, output: 60 } }

/** What the published measurement gives every system: thirty seconds, and a limit for the first event. All of it a hundredth here. */
const PATIENCE = { headers: 300, first: 120, idle: 300, content: 400, rest: 100, total: 3_000 }

interface Scene {
  readonly result: Result<ModelReply, Refusal>
  readonly decision: Decision
  readonly told: Told
  /** When the broken model was asked, in milliseconds from the beginning. */
  readonly first: readonly number[]
  readonly fallback: readonly SimRequest[]
  readonly ms: number
}

/** One call over a broken model and a sound one, on real sockets through the vendor's SDK; then one more, to see that all is well. */
async function play(
  protocol: Protocol, broken: (number: number) => SimAnswer, sound: (request: SimRequest) => SimAnswer = () => WELL,
): Promise<Scene> {
  let count = 0
  const simulator = await startSimulator({
    answer: (request) => {
      if (request.model !== 'broken') return sound(request)
      count += 1
      return broken(count - 1)
    },
  })
  const clock = { now: () => Date.now(), elapsed: () => performance.now(), after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  } }
  const provider = providerOf(protocol, {
    name: 'sim', key: KEY, headers: {}, patience: PATIENCE, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol],
    ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const price = { input: 3n, output: 7n, cacheRead: 1n, cacheWrite: 4n }
  const caller = createCaller(
    new Map([['sim', provider]]),
    { price: () => price, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: { ...RETRY, backoffMs: 100 } },
    { clock, random: { fraction: () => 0.9, hex: () => '' } },
  )
  const route = { name: 'r', strategy: 'priority' as const, lanes: ['broken', 'sound'].map((model) => ({ provider: 'sim', model })) }
  const told = listener()
  const began = performance.now()
  const result = await caller.call(route, REQUEST, told, new AbortController().signal)
  const ms = performance.now() - began
  const decision = told.events.flatMap(([kind, event]) => (kind === 'decided' ? [event] : []))[0]
  if (decision === undefined) throw new Error('nothing was decided')
  const first = simulator.log.filter(({ request }) => request.model === 'broken').map(({ at }) => at - began)
  const fallback = simulator.log.filter(({ request }) => request.model === 'sound').map(({ request }) => request)
  const later = listener({ node: 'after', attempt: 1, call: 0 })
  const after = await caller.call({ provider: 'sim', model: 'sound' }, REQUEST, later, new AbortController().signal)
  await simulator.close()
  expect(after.ok).toBe(true)
  return { result, decision, told, first, fallback, ms }
}

function whole(scene: Scene, model: string): void {
  expect(scene.result).toMatchObject({ ok: true, value: { message: { text: SIXTY }, model, usage: { input: 50, output: 60 } } })
}

function error(status: number, type: string, headers: Record<string, string> = {}): SimAnswer {
  return { status, headers, body: { error: { type, code: type, message: 'so it is' } } }
}

/** What is broken once; afterwards all is well. */
function once(fault: SimAnswer): (number: number) => SimAnswer {
  return (number) => (number === 0 ? fault : WELL)
}

describe.each(PROTOCOLS)('over %s, the sixteen faults of the public measurement', (protocol) => {
  it('S01: a limit that names its end is waited for, and not asked again before', async () => {
    const scene = await play(protocol, once(error(429, 'rate_limit_error', { 'retry-after': '2' })))
    whole(scene, 'broken')
    expect(scene.first.length).toBe(2)
    expect((scene.first[1] ?? 0) - (scene.first[0] ?? 0)).toBeGreaterThanOrEqual(1_999)
    expect((scene.first[1] ?? 0) - (scene.first[0] ?? 0)).toBeLessThanOrEqual(2_500)
  })

  it('S02: a limit without end is left after a few tries', async () => {
    const scene = await play(protocol, () => error(429, 'rate_limit_error'))
    whole(scene, 'sound')
    expect(scene.first.length).toBe(3)
  })

  it('S03: an error of the server is tried again in the same place', async () => {
    const scene = await play(protocol, once(error(500, 'api_error')))
    whole(scene, 'broken')
    expect(scene.first.length).toBe(2)
  })

  it('S04: an overloaded provider is left at once', async () => {
    const scene = await play(protocol, () => error(503, 'overloaded_error'))
    whole(scene, 'sound')
    expect(scene.first.length).toBe(1)
  })

  it('S05: a connection that breaks before the answer is made again', async () => {
    const scene = await play(protocol, once({ ...WELL, fault: { kind: 'reset' } }))
    whole(scene, 'broken')
    expect(scene.first.length).toBe(2)
  })

  it('S06: a provider that never answers is asked once', async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'stall-before-headers' } }))
    whole(scene, 'sound')
    expect(scene.first.length).toBe(1)
    expect(scene.ms).toBeLessThan(1_000)
  })

  it('S07: a first event that is long in coming is not waited for', MEASURED, async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'stall', after: 0 } }))
    whole(scene, 'sound')
    expect(scene.ms).toBeLessThan(500)
  })

  it('S08: a stream that is cut is never a success, and is begun again', MEASURED, async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'cut', after: 2 } }))
    whole(scene, 'sound')
    expect(scene.first.length).toBe(2)
  })

  it('S09: a stream that stalls is left', MEASURED, async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'stall', after: 2 } }))
    whole(scene, 'sound')
    expect(scene.ms).toBeLessThan(1_000)
  })

  it('S10: an event that is no JSON spoils nothing', async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'broken-event', after: 3 } }))
    whole(scene, 'sound')
    whole(await play(protocol, once({ ...WELL, fault: { kind: 'broken-event', after: 3 } })), 'broken')
  })

  it('S11: a stream that is whole and never says that it is over is a success', MEASURED, async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'linger' } }))
    whole(scene, 'broken')
    expect(scene.first.length).toBe(1)
    expect(scene.ms).toBeLessThan(1_000)
  })

  it('S12: a conversation that is too long is sent to another model, not again', async () => {
    const scene = await play(protocol, () => error(400, 'context_length_exceeded'))
    whole(scene, 'sound')
    expect(scene.first.length).toBe(1)
  })

  it('S13: what a policy forbids is told, and not tried elsewhere', async () => {
    const scene = await play(protocol, () => error(400, 'content_policy_violation'))
    expect(scene.result).toMatchObject({
      ok: false, error: { kind: 'failed', failure: { reason: 'invalid-request', message: 'provider `sim` answered 400: so it is' } },
    })
    expect([scene.first.length, scene.fallback.length]).toEqual([1, 0])
  })

  it('S14: the new beginning has nothing of the broken answer in it', async () => {
    const scene = await play(protocol, () => ({ ...WELL, fault: { kind: 'cut', after: 2 } }), (request) => {
      return request.turns.at(-1)?.role === 'assistant' ? error(400, 'invalid_request_error') : WELL
    })
    whole(scene, 'sound')
    expect(scene.fallback.map(({ answers }) => answers)).toEqual([0])
  })

  it('S15: a provider that is down for a minute is tried once in each pause, and is back in use soon after', async () => {
    let seconds = 0
    const simulator = await startSimulator({ answer: ({ model }) => (model === 'broken' && seconds < 60 ? error(503, 'overloaded_error') : WELL) })
    // No limit of a request is reached here: only the pauses of the breaker pass.
    const clock: Clock = { now: () => 1_800_000_000_000 + seconds * 1000, elapsed: () => seconds * 1000, after: () => () => {} }
    const provider = providerOf(protocol, {
      name: 'sim', key: KEY, headers: {}, patience: PATIENCE, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol], ports: { http: { fetch: globalThis.fetch }, clock },
    })
    const settings = { price: () => 'free' as const, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY }
    const caller = createCaller(new Map([['sim', provider]]), settings, { clock, random: { fraction: () => 0.9, hex: () => '' } })
    const lanes = ['broken', 'sound'].map((model) => ({ provider: 'sim', model }))
    const served: (readonly [number, string | undefined])[] = []
    const tried: number[] = []
    for (; seconds < 80; seconds += 4) {
      const before = simulator.log.length
      const result = await caller.call({ name: 'r', strategy: 'priority', lanes }, REQUEST, listener({ node: `n${seconds}`, attempt: 1, call: 0 }), new AbortController().signal)
      served.push([seconds, result.ok && result.value.message.text === SIXTY ? result.value.model : undefined])
      tried.push(...simulator.log.slice(before).flatMap(({ request }) => (request.model === 'broken' && seconds < 60 ? [seconds] : [])))
    }
    await simulator.close()
    // Three to notice, then one for each pause of 15 s or more.
    expect(tried).toEqual([0, 4, 8, 28, 48])
    const back = served.findIndex(([, model]) => model === 'broken')
    expect(served[back]?.[0]).toBe(68)
    expect(served.map(([, model]) => model)).toEqual([...Array.from({ length: back }, () => 'sound'), ...Array.from({ length: 20 - back }, () => 'broken')])
  })

  it('S16: it is told who answered, and what failed costs nothing', async () => {
    const scene = await play(protocol, () => error(503, 'overloaded_error'))
    whole(scene, 'sound')
    expect(scene.decision).toMatchObject({ chosen: 'sim/sound', excluded: [{ model: 'sim/broken', because: 'overloaded' }] })
    const settled = scene.told.events.flatMap(([kind, event]) => (kind === 'settled' ? [[event.cost, event.basis]] : []))
    expect(settled).toEqual([['0', 'none'], [String(50 * 3 + 60 * 7), 'measured']])
  })
})

describe.each(PROTOCOLS)('over %s', (protocol) => {
  it('an overloaded provider is left in the same breath: no timer lies between its failure and the next request', async () => {
    const simulator = await startSimulator({ answer: (request) => (request.model === 'broken' ? error(503, 'overloaded_error') : WELL) })
    const steps: string[] = []
    const system = createClock()
    const clock: Clock = { ...system, after(ms, callback) {
      steps.push(`timer ${ms}`)
      return system.after(ms, callback)
    } }
    const fetch: typeof globalThis.fetch = async (input, init) => {
      steps.push('sent')
      const response = await globalThis.fetch(input, init)
      steps.push(String(response.status))
      return response
    }
    const provider = providerOf(protocol, {
      name: 'sim', key: KEY, headers: {}, patience: PATIENCE, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol],
      ports: { http: { fetch }, clock },
    })
    const settings = { price: () => 'free' as const, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY }
    const lanes = ['broken', 'sound'].map((model) => ({ provider: 'sim', model }))
    const caller = createCaller(new Map([['sim', provider]]), settings, { clock, random: { fraction: () => 0.9, hex: () => '' } })
    for (const node of ['one', 'two']) {
      const told = listener({ node, attempt: 1, call: 0 })
      const result = await caller.call({ name: 'r', strategy: 'priority', lanes }, REQUEST, told, new AbortController().signal)
      expect(result).toMatchObject({ ok: true, value: { message: { text: SIXTY } } })
    }
    await simulator.close()
    // What is armed otherwise are limits of the requests themselves, never what has to pass before the next one.
    const limits = new Set(Object.values(PATIENCE).map((ms) => `timer ${ms}`))
    expect(steps.filter((step) => !limits.has(step))).toEqual(['sent', '503', 'sent', '200', 'sent', '503', 'sent', '200'])
  })
})
