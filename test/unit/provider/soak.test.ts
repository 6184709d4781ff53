import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Provider } from '../../../src/provider/model.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { replyWith } from './fake-provider.ts'
import { ASK, PRICE, route } from './route-rig.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const CALLS = 100_000

it('a hundred thousand calls leave less than 20 MB behind, and none is kept waiting by what is decided before it', async () => {
  const provider: Provider = { name: 'a', call: async () => Promise.resolve({ ok: true, value: replyWith({ input: 300, output: 20 }) }) }
  let elapsed = 0
  const clock: Clock = { now: () => elapsed, elapsed: () => elapsed, after: () => () => {} }
  const ledger = createLedger(new Map([['run', { limit: 10n ** 18n, spent: 0n }]]))
  const caller = createCaller(new Map([['a', provider]]), {
    price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY, limits: new Map([['a', { rpm: 1e9, itpm: 1e12, otpm: 1e12, concurrency: 64 }]]),
  }, { clock, random: { fraction: () => 0.5, hex: () => '' } })
  const target = route('a/x', 'a/y')
  const took: number[] = []
  let next = 0
  const work = async (until: number): Promise<void> => {
    while (next < until) {
      const call = next
      next += 1
      elapsed += 10
      const at = performance.now()
      const told = { slot: { node: `n${call % 1_000}`, attempt: 1, call }, text: () => {}, settled: async () => {}, decided: async () => {}, reserved: async () => void took.push(performance.now() - at) }
      const result = await caller.call(target, ASK, told, new AbortController().signal)
      if (!result.ok) throw new Error('a call was refused')
    }
  }
  /** What is still held, in MB; how much room the engine takes around that is its own affair, and bounded where the program is started. */
  const settled = async (): Promise<number> => {
    for (let pause = 0; pause < 3; pause += 1) await new Promise((resolve) => void setImmediate(resolve))
    collect()
    return process.memoryUsage().heapUsed / 2 ** 20
  }
  await work(CALLS / 5)
  took.length = 0
  const before = await settled()
  // One after the other: what is measured is what is decided, not what others do meanwhile.
  await work(CALLS + CALLS / 5)
  const grown = await settled() - before
  expect(ledger.state('run').reserved).toBe(0n)
  expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(1)
  expect(grown).toBeLessThan(20)
}, 120_000)
