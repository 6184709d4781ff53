import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Message, ModelRequest, Provider } from '../../../src/provider/model.ts'
import { costOf } from '../../../src/provider/price.ts'
import { findPrice } from '../../../src/provider/prices.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { openScopes } from '../../../src/provider/scopes.ts'
import type { Protocol } from '../../simulator/answer.ts'
import { createQuota } from '../../simulator/quota.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { failure, listener, replyWith } from './fake-provider.ts'
import type { Told } from './fake-provider.ts'
import { createManualClock } from './manual-clock.ts'
import { createRig, KEY, neverAborted, providerOf, PROTOCOLS, REQUEST, STAGES } from './rig.ts'
import { ASK, route, routed } from './route-rig.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { createConceal } from '../../../src/provider/conceal.ts'

const PRICE = findPrice({ type: 'anthropic', prices: new Map() }, 'claude-sonnet-4-5') ?? 'free'
const REPLY = { text: 'Done and done.', calls: [{ name: 'read_file', input: { path: 'a.ts' } }], usage: { input: 100, output: 20 } }
const LAST: Readonly<Record<Protocol, number>> = { messages: 11, responses: 8, chat: 5 }
const LANE = { provider: 'sim', model: 'm' }

/** What a run that is resumed from these events counts as spent: open holds in full. */
function charged(told: Told): bigint {
  const open = new Map<string, bigint>()
  for (const [kind, event] of told.events) {
    if (kind === 'reserved') open.set(event.call, BigInt(event.hold))
    if (kind === 'settled') open.set(event.call, BigInt(event.cost))
  }
  return [...open.values()].reduce((sum, cost) => sum + cost, 0n)
}

describe.each(PROTOCOLS)('over %s, at every event of an answer', (protocol) => {
  const cases = ['abort', 'stall'].flatMap((end) => Array.from({ length: LAST[protocol] + 2 }, (_, index) => [end, index - 1] as const))
  it.each(cases)('%s after event %i leaves no hold, and what is told is never below the invoice', async (end, after) => {
    const fault = after < 0 ? { kind: 'stall-before-headers' as const } : { kind: 'stall' as const, after }
    await using rig = await createRig(protocol, () => ({ ...REPLY, fault }))
    const ledger = createLedger(new Map())
    const caller = createCaller(
      new Map([['sim', rig.provider]]), { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY },
      { clock: rig.clock, random: { fraction: () => 0, hex: () => '' } },
    )
    const told = listener()
    const controller = new AbortController()
    const calling = caller.call(LANE, REQUEST, told, controller.signal)
    await rig.simulator.arrived(1)
    if (after >= 0) await rig.clock.armed(STAGES.idle)
    const invoice = costOf(rig.simulator.invoice(), PRICE)
    // Killed here, the run would go on from what was told before.
    expect(charged(told) >= invoice).toBe(true)
    if (end === 'abort') controller.abort()
    else rig.clock.advance(STAGES.total)
    expect((await calling).ok).toBe(false)
    const { spent, reserved } = ledger.state('run')
    expect([reserved, spent]).toEqual([0n, charged(told)])
    expect(spent >= invoice).toBe(true)
    expect(rig.clock.pending()).toBe(0)
  })
})

describe('a conversation of ten turns', () => {
  /** Tokens that were read from the cache, all that were sent, and the cost. */
  async function converse(protocol: Protocol, cacheMs: number | undefined): Promise<{ read: number; all: number; cost: bigint }> {
    const simulator = await startSimulator({ answer: () => ({ text: 'y'.repeat(400) }), ...(cacheMs === undefined ? {} : { cacheMs }) })
    const clock = createManualClock()
    const provider = providerOf(protocol, {
      name: 'sim', key: KEY, headers: {}, patience: STAGES, conceal: createConceal([]), baseUrl: simulator.baseUrl[protocol],
      ports: { http: { fetch: globalThis.fetch }, clock },
    })
    const caller = createCaller(
      new Map([['sim', provider]]), { price: () => PRICE, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY },
      { clock, random: { fraction: () => 0, hex: () => '' } },
    )
    const messages: Message[] = []
    const sum = { read: 0, all: 0, cost: 0n }
    for (let call = 0; call < 10; call += 1) {
      messages.push({ role: 'user', text: `turn ${call} ${'x'.repeat(2_000)}` })
      const request: ModelRequest = { ...REQUEST, system: 'Do it well. '.repeat(2_000), messages: [...messages] }
      const told = listener({ node: 'fix', attempt: 1, call })
      const result = await caller.call(LANE, request, told, neverAborted())
      if (!result.ok) throw new Error('there was no answer')
      messages.push(result.value.message)
      const { usage } = result.value
      sum.read += usage.cacheRead
      sum.all += usage.input + usage.cacheRead + usage.cacheWrite
      sum.cost += charged(told)
    }
    expect(sum.cost).toBe(costOf(simulator.invoice(), PRICE))
    await simulator.close()
    return sum
  }

  it.each(['messages', 'responses'] as const)('over %s reads what it said before from the cache, and pays less for it', async (protocol) => {
    const [kept, plain] = [await converse(protocol, 300_000), await converse(protocol, undefined)]
    expect(kept.read / kept.all).toBeGreaterThanOrEqual(0.85)
    expect(Number(kept.cost) / Number(plain.cost)).toBeLessThanOrEqual(0.4)
    expect(plain.read).toBe(0)
  })
})

it.each(PROTOCOLS)('over %s, 64 calls at once keep to the limits that the simulator enforces and tells', async (protocol) => {
  const clock = { now: () => Date.now(), elapsed: () => performance.now(), after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  } }
  const vendor = protocol === 'messages' ? 'anthropic' : 'openai'
  const limits = protocol === 'messages' ? { rpm: 6_000, itpm: 6_000_000, otpm: 6_000_000 } : { rpm: 6_000, tpm: 12_000_000 }
  // On a real clock what was sent apart may arrive together: the vendor's burst is wider than ours. The exact law is held on a virtual one.
  const quota = createQuota({ ...limits, burst: 0.01, charging: 'reserve', vendor }, performance.now())
  const simulator = await startSimulator({ answer: () => ({ text: 'ok', usage: { input: 100, output: 20 } }), quota })
  const provider = providerOf(protocol, {
    name: 'sim', key: KEY, headers: {}, patience: STAGES, conceal: createConceal([]), baseUrl: simulator.baseUrl[protocol],
    ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const settings = {
    price: () => PRICE, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY,
    limits: new Map([['sim', { ...limits, burst: 0.001 }]]),
  }
  const caller = createCaller(new Map([['sim', provider]]), settings, { clock, random: { fraction: () => 0, hex: () => '' } })
  const results = await Promise.all(Array.from({ length: 64 }, (_, call) => {
    return caller.call(LANE, REQUEST, listener({ node: 'n', attempt: 1, call }), neverAborted())
  }))
  await simulator.close()
  expect(results.filter(({ ok }) => ok).length).toBe(64)
  expect(quota.counts).toMatchObject({ admitted: 64, refused: 0 })
})

it('tokens are counted without an answer', async () => {
  const simulator = await startSimulator({ answer: () => ({ text: 'x' }) })
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x'.repeat(400) }] })
  const response = await fetch(`${simulator.baseUrl.messages}/v1/messages/count_tokens`, { method: 'POST', body })
  expect(await response.json()).toEqual({ input_tokens: 107 })
  await simulator.close()
})

describe('budgets in scopes', () => {
  const hold = 1024n * 4n + 100n * 7n

  const site = { prefix: '', around: ['run'], steps: new Map(), agents: new Map(), past: [] }

  it('the smallest one decides, is named, and ends the call at once', async () => {
    for (const [scope, run, more] of [
      ['run', hold - 1n, {}], ['step `fix`', undefined, { steps: new Map([['fix', hold - 1n]]) }],
      ['agent `dev`', undefined, { agents: new Map([['dev', hold - 1n]]) }],
    ] as const) {
      const clock = createVirtualClock()
      const ledger = createLedger(new Map([['run', { limit: run, spent: 0n }]]))
      const scopesOf = openScopes(ledger, { ...site, ...more })
      const calls = routed({ 'a/x': () => ({}) }, clock, { ledger, admission: createAdmission(ledger, ({ slot }) => scopesOf(slot)) })
      const at = performance.now()
      const { result, decision } = await calls.call(route('a/x'), { node: 'fix(path=a/b)/inner', agent: 'dev' })
      expect(performance.now() - at).toBeLessThan(100)
      expect(result).toMatchObject({ ok: false, error: { kind: 'budget', scope } })
      expect(result.ok || result.error.kind !== 'budget' ? '' : result.error.message).toContain(`does not fit into the budget of the ${scope}: $0 of`)
      expect(decision.excluded).toEqual([{ model: 'a/x', because: 'budget' }])
      expect([calls.sent.length, ledger.state('run').reserved]).toEqual([0, 0n])
    }
  })

  it('what was spent before a resume counts in all of them, also in those around', () => {
    const ledger = createLedger(new Map([['run', { limit: 100n, spent: 35n }]]))
    const past = [{ node: 'build/fix(n=1)', agent: 'dev', spent: 30n }, { node: 'build/test', agent: 'dev', spent: 5n }]
    const outer = openScopes(ledger, { ...site, steps: new Map([['build', 90n]]), past })
    const inner = openScopes(ledger, {
      ...site, prefix: 'build/', around: outer({ node: 'build' }), steps: new Map([['fix', 50n]]), agents: new Map([['dev', 80n]]), past,
    })
    const slot = { node: 'build/fix(n=2)', agent: 'dev' }
    expect(inner(slot)).toEqual(['run', 'step `build`', 'step `build/fix`', 'agent `build/dev`'])
    expect(inner(slot).map((scope) => ledger.state(scope).spent)).toEqual([35n, 35n, 30n, 35n])
  })

  it('a lane that is too dear is left for one that fits', async () => {
    const clock = createVirtualClock()
    const ledger = createLedger(new Map([['run', { limit: hold - 1n, spent: 0n }]]))
    const price = ({ model }: { model: string }): { input: bigint; output: bigint; cacheRead: bigint; cacheWrite: bigint } => {
      return { input: 1n, output: model === 'x' ? 900n : 1n, cacheRead: 1n, cacheWrite: 1n }
    }
    const calls = routed({ 'a/x': () => ({}), 'b/y': () => ({}) }, clock, { ledger, price })
    expect((await calls.call(route('a/x', 'b/y'))).decision).toMatchObject({ chosen: 'b/y', excluded: [{ model: 'a/x', because: 'budget' }] })
  })

  it('a call that fits once others have ended waits for them', async () => {
    const clock = createVirtualClock()
    const ledger = createLedger(new Map([['run', { limit: hold * 2n - 1n, spent: 0n }]]))
    const calls = routed({ 'a/x': () => ({ ms: 1_000 }), 'b/y': () => ({}) }, clock, { ledger })
    const [first, second] = [calls.call(route('a/x')), calls.call(route('b/y'))]
    expect((await clock.run(Promise.all([first, second]))).map(({ result }) => result.ok)).toEqual([true, true])
    expect(calls.sent.map(({ at }) => at)).toEqual([0, 1_000])
  })
})

it('a model without a price, or with the name of another one and more, is refused before a byte is sent', async () => {
  const provider: Provider = { name: 'p', call: () => Promise.reject(new Error('it was sent')) }
  const price = (lane: { model: string }): ReturnType<typeof findPrice> => findPrice({ type: 'anthropic', prices: new Map() }, lane.model)
  const caller = createCaller(
    new Map([['p', provider]]), { price, admission: createAdmission(createLedger(new Map()), () => []), retry: RETRY },
    { clock: createManualClock(), random: { fraction: () => 0, hex: () => '' } },
  )
  for (const model of ['claude-sonnet-4-5-mini', 'claude-sonnet', 'Claude-Sonnet-4-5', 'claude-sonnet-4-5 ', '__proto__', 'constructor']) {
    const told = listener()
    const result = await caller.call({ provider: 'p', model }, ASK, told, neverAborted())
    expect(result).toMatchObject({ ok: false, error: { kind: 'failed', failure: { reason: 'invalid-request' } } })
    expect(told.events.map(([kind, event]) => (kind === 'decided' ? event.outcome : kind))).toEqual(['unpriced'])
  }
})

describe('the time that a provider asks for', () => {
  it('is never cut short, and an abort ends the wait at once', async () => {
    for (const asked of [0, 1, 37, 2_000, 9_999, 299_999]) {
      const clock = createVirtualClock()
      const calls = routed({ 'a/x': (number) => (number === 0 ? failure('rate-limited', { retryAfterMs: asked }) : replyWith({}).usage) }, clock)
      await clock.run(calls.call(route('a/x')))
      expect(calls.sent[1]?.at).toBeGreaterThanOrEqual(asked)
      expect(calls.sent[1]?.at).toBeLessThanOrEqual(asked + 500)
    }
    const clock = createManualClock()
    const calls = routed({ 'a/x': () => failure('rate-limited', { retryAfterMs: 60_000 }) }, clock)
    const controller = new AbortController()
    const calling = calls.call(route('a/x'), {}, ASK, controller.signal)
    while (clock.pending() === 0) await Promise.resolve()
    const at = performance.now()
    controller.abort()
    expect((await calling).result).toMatchObject({ ok: false, error: { failure: { reason: 'aborted' } } })
    expect(performance.now() - at).toBeLessThan(10)
    expect(clock.pending()).toBe(0)
  })
})
