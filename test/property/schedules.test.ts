import { expect, it } from 'vitest'
import { err, ok } from '../../src/base/result.ts'
import { createAdmission } from '../../src/provider/admission.ts'
import { mostCost } from '../../src/provider/bound.ts'
import type { CallTeller } from '../../src/provider/caller.ts'
import { createCaller } from '../../src/provider/create-caller.ts'
import { createLedger } from '../../src/provider/ledger.ts'
import type { ModelRequest, Provider } from '../../src/provider/model.ts'
import { costOf } from '../../src/provider/price.ts'
import { RETRY } from '../../src/provider/retry.ts'
import { failure, replyWith } from '../unit/provider/fake-provider.ts'
import { seeded } from '../unit/provider/quota-provider.ts'
import { createVirtualClock } from '../unit/provider/virtual-clock.ts'

const PRICE = { input: 3n, output: 7n, cacheRead: 1n, cacheWrite: 4n }
const BASE: ModelRequest = { model: 'm', system: undefined, messages: [], tools: [], maxOutputTokens: 1, temperature: undefined }

interface Played {
  readonly spent: bigint
  readonly reserved: bigint
  readonly told: bigint
  readonly invoice: bigint
  readonly most: bigint
  readonly limit: bigint
  readonly refused: number
}

/** So many calls at once, each with a size, an end and times of its own, all from one seed. */
async function play(seed: number, calls: number): Promise<Played> {
  const chance = seeded(seed)
  const clock = createVirtualClock()
  // From next to nothing to more than all calls hold.
  const limit = BigInt(Math.floor(5_000 + chance() * calls * 4_000))
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  let [told, invoice, most] = [0n, 0n, 0n]
  let refused = 0
  const watch = (): void => {
    const { spent, reserved } = ledger.state('run')
    if (spent + reserved > most) most = spent + reserved
  }
  const tick = (): Promise<void> => new Promise((resolve) => void clock.after(Math.floor(chance() * 1_000), resolve))
  const provider: Provider = {
    name: 'p',
    async call(request) {
      watch()
      await tick()
      const end = chance()
      const usage = { input: 100, output: Math.ceil(request.maxOutputTokens * chance()), cacheRead: 0, cacheWrite: 0 }
      if (end < 0.05) return err(failure('invalid-request'))
      invoice += costOf(usage, PRICE)
      if (end < 0.1) return err(failure('timeout', { dispatched: true }))
      if (end < 0.15) throw new Error('bug')
      return ok(replyWith(usage))
    },
  }
  const settings = { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY, breaker: { failures: 1e9, cooldown: 1 } }
  const caller = createCaller(new Map([['p', provider]]), settings, { clock, random: { fraction: chance, hex: () => '' } })
  const teller = (call: number): CallTeller => ({
    slot: { node: 'n', attempt: 1, call }, reserved: tick, decided: tick, text: () => {},
    settled: async ({ cost }) => {
      told += BigInt(cost)
      watch()
      await tick()
    },
  })
  await clock.run(Promise.all(Array.from({ length: calls }, async (_, call) => {
    await tick()
    const request = { ...BASE, maxOutputTokens: Math.ceil(1 + chance() * 700) }
    const result = await caller.call({ provider: 'p', model: 'm' }, request, teller(call), new AbortController().signal).catch(() => undefined)
    if (result?.ok === false && result.error.kind === 'budget') refused += 1
  })))
  const { spent, reserved } = ledger.state('run')
  return { spent, reserved, told, invoice, most, limit, refused }
}

it.each([[64, 8_000], [256, 2_000]])('%i calls at once never pass the budget, over %i random schedules, and no cost is lost', async (calls, schedules) => {
  let [passed, open, below, tight] = [0, 0, 0, 0]
  for (let seed = 0; seed < schedules; seed += 1) {
    const { spent, reserved, told, invoice, most, limit, refused } = await play(seed, calls)
    if (most > limit || spent > limit) passed += 1
    if (reserved !== 0n || told !== spent) open += 1
    if (told < invoice) below += 1
    if (refused > 0) tight += 1
  }
  expect({ passed, open, below }).toEqual({ passed: 0, open: 0, below: 0 })
  // Or there would have been nothing to pass.
  expect(tight).toBeGreaterThan(schedules / 4)
}, 240_000)

it('a budget is used to 95 % and more when calls are small against it, 64 at once, and what is told is the invoice', async () => {
  const clock = createVirtualClock()
  const chance = seeded(5)
  const request = { ...BASE, maxOutputTokens: 100 }
  const limit = mostCost(request, PRICE) * 100n
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  let invoice = 0n
  const provider: Provider = {
    name: 'p',
    async call() {
      await new Promise<void>((resolve) => void clock.after(1 + chance() * 1_000, resolve))
      const usage = { input: 100, output: Math.ceil(100 * chance()), cacheRead: 0, cacheWrite: 0 }
      invoice += costOf(usage, PRICE)
      return ok(replyWith(usage))
    },
  }
  const caller = createCaller(
    new Map([['p', provider]]), { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY },
    { clock, random: { fraction: chance, hex: () => '' } },
  )
  let next = 0
  const silent = (call: number): CallTeller => {
    const done = (): Promise<void> => Promise.resolve()
    return { slot: { node: 'n', attempt: 1, call }, reserved: done, settled: done, decided: done, text: () => {} }
  }
  await clock.run(Promise.all(Array.from({ length: 64 }, async () => {
    for (;;) {
      next += 1
      const result = await caller.call({ provider: 'p', model: 'm' }, request, silent(next), new AbortController().signal)
      if (!result.ok) return expect(result.error).toMatchObject({ kind: 'budget', scope: 'run' })
    }
  })))
  const { spent, reserved } = ledger.state('run')
  expect([reserved, spent]).toEqual([0n, invoice])
  expect(spent <= limit && spent * 100n >= limit * 95n).toBe(true)
})
