import { expect, it } from 'vitest'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Message } from '../../../src/provider/model.ts'
import { costOf } from '../../../src/provider/price.ts'
import { findPrice } from '../../../src/provider/prices.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { listener } from './fake-provider.ts'
import { createManualClock } from './manual-clock.ts'
import { KEY, neverAborted, providerOf, REQUEST, STAGES } from './rig.ts'

const PRICE = findPrice({ type: 'anthropic', prices: new Map() }, 'claude-sonnet-4-5') ?? 'free'

it.each(['messages', 'responses'] as const)('over %s, a conversation that must go to another model pays once for what that has not cached, expects it, and stays there', async (protocol) => {
  let isDown = false
  const simulator = await startSimulator({
    cacheMs: 300_000, answer: ({ model }) => (model === 'a' && isDown ? { status: 503, body: { error: { type: 'overloaded_error', code: 'overloaded_error', message: 'down' } } } : { text: 'y'.repeat(400) }),
  })
  const clock = createManualClock()
  const provider = providerOf(protocol, {
    name: 'sim', key: KEY, headers: {}, patience: STAGES, conceal: createConceal([]), baseUrl: simulator.baseUrl[protocol], ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const ledger = createLedger(new Map())
  const caller = createCaller(
    new Map([['sim', provider]]), { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY }, { clock, random: { fraction: () => 0, hex: () => '' } },
  )
  const route = { name: 'r', strategy: 'cheapest' as const, lanes: ['a', 'b'].map((model) => ({ provider: 'sim', model })) }
  const messages: Message[] = []
  const turns: { readonly model: string; readonly read: number; readonly fresh: number; readonly expected: readonly number[] }[] = []
  for (let call = 0; call < 10; call += 1) {
    isDown = call === 5
    messages.push({ role: 'user', text: `turn ${call} ${'x'.repeat(2_000)}` })
    const told = listener({ node: 'fix', attempt: 1, call })
    const result = await caller.call(route, { ...REQUEST, system: 'Do it well. '.repeat(2_000), messages: [...messages] }, told, neverAborted())
    if (!result.ok) throw new Error('there was no answer')
    messages.push(result.value.message)
    const decision = told.events.flatMap(([kind, event]) => (kind === 'decided' ? [event] : []))[0]
    const expected = decision?.audit.rounds[0]?.candidates.map(({ cost }) => Number(cost)) ?? []
    const { input, cacheRead, cacheWrite } = result.value.usage
    turns.push({ model: decision?.chosen ?? '', read: cacheRead, fresh: input + cacheWrite, expected })
  }
  await simulator.close()
  expect(turns.map(({ model }) => model)).toEqual([...Array.from({ length: 5 }, () => 'sim/a'), ...Array.from({ length: 5 }, () => 'sim/b')])
  const [before, moved, after] = [turns[4], turns[5], turns[6]]
  // All that was said goes to the new model uncached, once, and the choice had weighed that.
  expect(moved?.read).toBe(0)
  expect(moved?.fresh).toBeGreaterThan((before?.read ?? 0) + (before?.fresh ?? 0))
  expect((moved?.expected[1] ?? 0) / (moved?.expected[0] ?? 1)).toBeGreaterThan(3)
  expect(after?.read).toBeGreaterThanOrEqual((moved?.fresh ?? 0) * 0.95)
  expect(ledger.state('run').spent).toBe(costOf(simulator.invoice(), PRICE))
})
