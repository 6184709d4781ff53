import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../../src/provider/admission.ts'
import { mostInputTokens } from '../../../src/provider/bound.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import type { Protocol, SimAnswer, SimRequest } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { listener } from './fake-provider.ts'
import type { Told } from './fake-provider.ts'
import { createManualClock } from './manual-clock.ts'
import { KEY, neverAborted, providerOf, REQUEST, STAGES } from './rig.ts'

/** A pico-dollar a token, whatever it is for. */
const PRICE = { input: 1n, output: 1n, cacheRead: 1n, cacheWrite: 1n }
const LONG = { ...REQUEST, messages: [{ role: 'user' as const, text: 'word '.repeat(8_000) }] }
const BYTES = BigInt(mostInputTokens(LONG) + LONG.maxOutputTokens)

interface Bench extends AsyncDisposable {
  readonly counted: readonly Record<string, unknown>[]
  readonly asked: () => number
  call(node: string): Promise<{ readonly told: Told; readonly result: unknown }>
}

async function bench(protocol: Protocol, limit: bigint, more: { answer?: (request: SimRequest) => SimAnswer | Promise<SimAnswer>; count?: (tokens: number) => number | undefined } = {}): Promise<Bench> {
  const simulator = await startSimulator({ answer: () => ({ text: 'Done.', usage: { input: 10_000, output: 5 } }), ...more })
  const clock = createManualClock()
  const provider = providerOf(protocol, {
    name: 'sim', key: KEY, headers: {}, patience: STAGES, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol], ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  const caller = createCaller(
    new Map([['sim', provider]]), { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY }, { clock, random: { fraction: () => 0, hex: () => '' } },
  )
  return {
    counted: simulator.counted, asked: () => simulator.log.length,
    async call(node) {
      const told = listener({ node, attempt: 1, call: 0 })
      const result = await caller.call({ provider: 'sim', model: 'm' }, LONG, told, neverAborted())
      return { told, result }
    },
    async [Symbol.asyncDispose]() {
      expect(clock.pending()).toBe(0)
      await simulator.close()
    },
  }
}

function holds({ events }: Told): readonly string[] {
  return events.flatMap(([kind, event]) => (kind === 'reserved' ? [(event).hold] : []))
}

describe.each(['messages', 'responses'] as const)('over %s, the tokens of a request are counted by the provider', (protocol) => {
  it('where its bytes do not fit into a budget and its tokens may, and so many are held, with a margin', async () => {
    await using rig = await bench(protocol, BYTES - 1n)
    const { told, result } = await rig.call('one')
    expect(result).toMatchObject({ ok: true, value: { message: { text: 'Done.' } } })
    const [body] = rig.counted
    const words = protocol === 'messages' ? ['messages', 'model', 'system', 'tools'] : ['input', 'instructions', 'model', 'tools']
    expect([rig.counted.length, Object.keys(body ?? {}).sort(), rig.asked()]).toEqual([1, words, 1])
    const tokens = Object.entries(body ?? {}).filter(([key]) => key !== 'model').flatMap(([, value]): unknown[] => (Array.isArray(value) ? value : [value]))
      .reduce<number>((sum, part) => sum + Math.ceil(Buffer.byteLength(JSON.stringify(part, (key, item: unknown) => (key === 'cache_control' ? undefined : item))) / 4), 0)
    expect(holds(told)).toEqual([String(Math.ceil(tokens * 1.05) + 64 + LONG.maxOutputTokens)])
  })

  it('and not where its bytes fit, or where even what is expected would not', async () => {
    await using roomy = await bench(protocol, BYTES)
    const { told, result } = await roomy.call('one')
    expect([result, holds(told), roomy.counted]).toMatchObject([{ ok: true }, [String(BYTES)], []])
    await using poor = await bench(protocol, 9_000n)
    expect((await poor.call('one')).result).toMatchObject({ ok: false, error: { kind: 'budget', scope: 'run' } })
    expect([poor.counted, poor.asked()]).toEqual([[], 0])
  })

  it.each([['an error', undefined], ['no number', Number.NaN], ['more than its bytes', 1e9]])('and where the answer is %s, its bytes hold as before', async (_name, told) => {
    await using rig = await bench(protocol, BYTES - 1n, { count: () => told })
    const { result } = await rig.call('one')
    expect(result).toMatchObject({ ok: false, error: { kind: 'budget', scope: 'run' } })
    expect(JSON.stringify(result, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toContain('does not fit into the budget of the run')
    expect([rig.counted.length, rig.asked()]).toEqual([1, 0])
  })

  it('rather than that it waits for other calls to end', async () => {
    const second = Promise.withResolvers<undefined>()
    await using rig = await bench(protocol, BYTES + BYTES / 2n, {
      // The first is answered when the second has come.
      answer: async ({ number }) => {
        if (number === 1) second.resolve(undefined)
        await second.promise
        return { text: 'Done.', usage: { input: 10_000, output: 5 } }
      },
    })
    expect(await Promise.all([rig.call('one'), rig.call('two')])).toMatchObject([{ result: { ok: true } }, { result: { ok: true } }])
    expect(rig.counted.length).toBe(1)
  })
})

it('over Chat Completions nobody can be asked to count', async () => {
  await using rig = await bench('chat', BYTES - 1n)
  expect((await rig.call('one')).result).toMatchObject({ ok: false, error: { kind: 'budget' } })
  expect([rig.counted, rig.asked()]).toEqual([[], 0])
})
