import { expect, it } from 'vitest'
import { createConceal } from '../../../src/provider/conceal.ts'
import type { SimFault } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { KEY, neverAborted, providerOf, PROTOCOLS, REQUEST } from './rig.ts'
import { createClock } from '../../../src/host/clock.ts'
import { MEASURED } from '../../rig/measured.ts'

/** Each far from the others, so that it is seen which one it was. */
const PATIENCE = { headers: 250, first: 450, idle: 650, content: 5_000, rest: 300, total: 9_000 }

const FAULTS: readonly (readonly [SimFault, number])[] = [
  [{ kind: 'stall-before-headers' }, PATIENCE.headers], [{ kind: 'stall', after: 0 }, PATIENCE.first], [{ kind: 'stall', after: 3 }, PATIENCE.idle],
]

it.each(PROTOCOLS)('over %s, each limit is kept to a tenth of a second in real time, and nothing stays open', MEASURED, async (protocol) => {
  for (const [fault, ms] of FAULTS) {
    const simulator = await startSimulator({ answer: () => ({ text: 'Done and done.', fault }) })
    const provider = providerOf(protocol, {
      name: 'sim', key: KEY, headers: {}, patience: PATIENCE, conceal: createConceal([KEY]), baseUrl: simulator.baseUrl[protocol],
      ports: { http: { fetch: globalThis.fetch }, clock: createClock() },
    })
    // What loads the vendor's package is no part of the time.
    await provider.call(REQUEST, { signal: AbortSignal.timeout(150) })
    const before = timers()
    const at = performance.now()
    const result = await provider.call(REQUEST, { signal: neverAborted() })
    const took = performance.now() - at
    expect(result).toMatchObject({ ok: false, error: { reason: 'timeout' } })
    expect(took).toBeGreaterThanOrEqual(ms - 5)
    expect(took).toBeLessThanOrEqual(ms + 100)
    expect(timers()).toBeLessThanOrEqual(before)
    await simulator.closed(2)
    await simulator.close()
  }
})

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}
