import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { createClock } from '../../../src/host/clock.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Provider } from '../../../src/provider/model.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { PATIENCE } from '../../../src/provider/watch.ts'
import { createQuota } from '../../simulator/quota.ts'
import type { Quota } from '../../simulator/quota.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { listener } from './fake-provider.ts'
import { quotaProvider, seeded } from './quota-provider.ts'
import { KEY, neverAborted, providerOf, PROTOCOLS, REQUEST } from './rig.ts'
import { createVirtualClock } from './virtual-clock.ts'

const LANE = { provider: 'p', model: 'm' }

/** 600 in a minute, and not even two at once. */
function oneAtATime(start: number): Quota {
  return createQuota({ rpm: 600, burst: 1 / 600, charging: 'reserve', vendor: 'openai' }, start)
}

/** 64 calls at once: how many are answered, and after how many milliseconds the last of them. */
async function sixtyFour(provider: Provider, clock: Clock, reserved: () => Promise<void> = async () => {}): Promise<{ answered: number; ms: number }> {
  const caller = createCaller(new Map([['p', provider]]), {
    price: () => 'free', admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY,
    limits: new Map([['p', { rpm: 600, burst: 1 / 600 }]]),
  }, { clock, random: { fraction: () => 0.5, hex: () => '' } })
  const began = clock.elapsed()
  const results = await Promise.all(Array.from({ length: 64 }, async (_, call) => {
    const told = { ...listener({ node: `n${call}`, attempt: 1, call: 0 }), reserved }
    return caller.call(LANE, REQUEST, told, neverAborted())
  }))
  return { answered: results.filter(({ ok }) => ok).length, ms: clock.elapsed() - began }
}

describe('at a provider that lets one request through at a time, 600 in a minute', () => {
  it.each([
    ['that answers within 4 to 8 ms', 2, 4, 0, 6_300, 6_700],
    ['while what must be written before takes up to 80 ms', 2, 4, 80, 6_300, 11_900],
    ['that answers within 20 to 90 ms', 10, 45, 0, 6_300, 12_600],
    ['that answers later than the next is due', 80, 150, 0, 12_600, 13_200],
  ])('%s, 64 calls are never refused', async (_name, least, most, writing, from, to) => {
    const clock = createVirtualClock()
    const chance = seeded(least + most + writing)
    const quota = oneAtATime(0)
    const provider = quotaProvider(quota, clock, () => ({ usage: { input: 5, output: 5, cacheRead: 0, cacheWrite: 0 }, ms: 0 }),
      () => least + (most - least) * chance())
    const pause = async (): Promise<void> => new Promise((resolve) => void clock.after(writing * chance(), resolve))
    const { answered, ms } = await clock.run(sixtyFour(provider, clock, writing === 0 ? undefined : pause))
    expect([answered, quota.counts.refused]).toEqual([64, 0])
    expect(ms).toBeGreaterThanOrEqual(from)
    expect(ms).toBeLessThanOrEqual(to)
  })
})

it('on a real socket 64 calls over a lane of one at a time are never refused, and need little more than their 6.3 s', async () => {
  const [protocol] = PROTOCOLS
  if (protocol === undefined) throw new Error('no protocol')
  const clock = createClock()
  const quota = oneAtATime(clock.elapsed())
  const simulator = await startSimulator({ answer: () => ({ text: 'Done.' }), quota })
  const provider = providerOf(protocol, {
    name: 'p', key: KEY, headers: {}, patience: PATIENCE, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol],
    ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const { answered, ms } = await sixtyFour(provider, clock)
  await simulator.close()
  expect([answered, quota.counts.refused]).toEqual([64, 0])
  expect(ms).toBeGreaterThanOrEqual(6_300)
  // Each may be late by as much as the machine is busy; twice the time was what it took to leave room for overtaking.
  expect(ms).toBeLessThanOrEqual(11_000)
}, 30_000)
