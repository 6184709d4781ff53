import { describe, expect, it } from 'vitest'
import { createBucket } from '../../../src/provider/bucket.ts'
import { createGate } from '../../../src/provider/limits.ts'
import type { Gate } from '../../../src/provider/limits.ts'
import { createQueue } from '../../../src/provider/queue.ts'
import type { Queue } from '../../../src/provider/queue.ts'
import { createManualClock } from './manual-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Enters with a need of tokens; tells when it got in. */
async function take(
  queue: Queue<number, string>, bucket: ReturnType<typeof createBucket>, clock: VirtualClock, need: number, signal = new AbortController().signal,
): Promise<number> {
  const entered = await queue.enter({
    scopes: [],
    attempt: () => {
      const ms = bucket.wait(need, clock.elapsed())
      if (ms > 0) return { kind: 'wait', ms, late: 'late' }
      bucket.take(need, clock.elapsed())
      return { kind: 'in', value: clock.elapsed() }
    },
  }, signal, 3_600_000)
  return entered.kind === 'in' ? entered.value : Number.NaN
}

it('exactly as many as the limit says go at once, and not one more', () => {
  const bucket = createBucket(60, 1)
  let taken = 0
  for (; bucket.wait(1, 0) === 0; taken += 1) bucket.take(1, 0)
  expect(taken).toBe(60)
  // One comes back each second, and a little later than at the provider.
  expect(bucket.wait(1, 0)).toBe(1_111)
  expect(bucket.wait(1, 1_111)).toBe(0)
})

it('what is refilled is kept for the first in the queue: a large request is not starved by 500 small ones, and nobody overtakes', async () => {
  const clock = createVirtualClock()
  const queue = createQueue<number, string>(clock)
  const bucket = createBucket(60_000, 0.1)
  const order: number[] = []
  const enter = async (index: number, need: number): Promise<number> => {
    const at = await take(queue, bucket, clock, need)
    order.push(index)
    return at
  }
  const times = await clock.run(Promise.all(Array.from({ length: 501 }, (_, index) => enter(index, index === 100 ? 3_600 : 60))))
  expect(order).toEqual(Array.from({ length: 501 }, (_, index) => index))
  // 3,600 tokens come back in 3.6 s.
  expect((times[100] ?? 0) - (times[99] ?? 0)).toBeLessThanOrEqual(2 * 3_600)
})

describe('whoever waits', () => {
  it('is woken by one timer, and leaves at once when it is aborted', async () => {
    const clock = createManualClock()
    const queue = createQueue<number, string>(clock)
    const controllers = Array.from({ length: 50 }, () => new AbortController())
    const waiting = controllers.map(({ signal }) => queue.enter({ scopes: [], attempt: () => ({ kind: 'wait', ms: 1_000, late: 'late' }) }, signal, 5_000))
    expect([queue.length(), clock.pending()]).toEqual([50, 1])
    for (const controller of controllers) controller.abort()
    expect(new Set((await Promise.all(waiting)).map(({ kind }) => kind))).toEqual(new Set(['aborted']))
    expect([queue.length(), clock.pending()]).toEqual([0, 0])
  })

  it('longer than it may is out, with what it waited for last', async () => {
    const clock = createVirtualClock()
    const queue = createQueue<number, string>(clock)
    const entered = queue.enter({ scopes: [], attempt: () => ({ kind: 'wait', ms: Number.POSITIVE_INFINITY, late: 'no slot' }) }, new AbortController().signal, 5_000)
    expect(await clock.run(entered)).toEqual({ kind: 'out', value: 'no slot' })
    expect(clock.elapsed()).toBe(5_000)
  })

  it('for a budget holds up only those that need the same one', async () => {
    const clock = createManualClock()
    const queue = createQueue<string, string>(clock)
    let isFree = false
    const signal = new AbortController().signal
    const enter = (scope: string): Promise<unknown> => queue.enter({
      scopes: ['run', scope], attempt: () => (scope === 'a' && !isFree ? { kind: 'wait-for-budget', scope, late: 'full' } : { kind: 'in', value: scope }),
    }, signal, 5_000)
    const [first, second, third] = [enter('a'), enter('b'), enter('a')]
    expect(await second).toEqual({ kind: 'in', value: 'b' })
    expect(queue.length()).toBe(2)
    isFree = true
    queue.pump()
    expect(await Promise.all([first, third])).toEqual([{ kind: 'in', value: 'a' }, { kind: 'in', value: 'a' }])
  })
})

describe('a gate', () => {
  const need = { total: 10, uncached: 10, output: 10 }
  /** In tenths of a millisecond. */
  const hindrance = (gate: Gate, time: number): unknown => {
    const found = gate.hindrance(need, time)
    return found && { ...found, ms: Math.round(found.ms * 10) / 10 }
  }

  it('lets one request go ahead of all others until the provider has answered, and again after it refused', () => {
    const gate = createGate({ rpm: 600 }, 0)
    const pass = gate.take(need, 0)
    expect(gate.hindrance(need, 0)).toEqual({ by: 'probe', ms: 5_000 })
    pass.heard(200, new Headers(), 10)
    expect(gate.hindrance(need, 10)).toBeUndefined()
    gate.freeze(2_010, 10)
    expect(gate.hindrance(need, 10)).toEqual({ by: 'frozen', ms: 2_000 })
    // Nothing has come back while it was frozen.
    expect(hindrance(gate, 2_010)).toEqual({ by: 'rpm', ms: 100.2 })
    gate.take(need, 2_111)
    expect(gate.hindrance(need, 2_300)).toMatchObject({ by: 'probe' })
  })

  it('learns a lower limit from the answer, never a higher one', () => {
    for (const [told, waits] of [['60', 1_002], ['6000', 100.2]] as const) {
      const gate = createGate({ rpm: 600, burst: 1 / 600 }, 0)
      gate.take(need, 0).heard(200, new Headers({ 'x-ratelimit-limit-requests': told, 'x-ratelimit-remaining-requests': '0' }), 0)
      expect(hindrance(gate, 0)).toEqual({ by: 'rpm', ms: waits })
    }
  })

  it('counts from when a request has arrived, which is when its answer begins, and where that takes long a second after it was sent', () => {
    const gate = createGate({ rpm: 600, burst: 1 / 600 }, 0)
    const first = gate.take(need, 0)
    first.heard(200, new Headers(), 0)
    const second = gate.take(need, 1_000)
    // Held up by what must be written first: who comes next must not catch up with it.
    expect(gate.hindrance(need, 3_000)).toEqual({ by: 'rpm', ms: Number.POSITIVE_INFINITY })
    second.sent(3_000)
    expect(hindrance(gate, 3_000)).toEqual({ by: 'rpm', ms: 200.2 })
    second.heard(200, new Headers(), 3_004)
    expect(hindrance(gate, 3_004)).toEqual({ by: 'rpm', ms: 100.2 })
    const third = gate.take(need, 3_106)
    third.sent(3_106)
    // Answers begin soon here, so this one is held up on its way.
    expect(hindrance(gate, 3_407)).toEqual({ by: 'rpm', ms: 799.2 })
    expect(gate.hindrance(need, 4_207)).toBeUndefined()
    const fourth = gate.take(need, 4_207)
    fourth.end('unused', 4_210)
    expect(hindrance(gate, 4_210)).toEqual({ by: 'rpm', ms: 100.2 })
    // One that is heard late moves nothing.
    third.heard(200, new Headers(), 4_211)
    expect(hindrance(gate, 4_211)).toEqual({ by: 'rpm', ms: 99.2 })
  })

  it('does not wait for answers that begin late as a rule', () => {
    const gate = createGate({ rpm: 600, burst: 1 / 600 }, 0)
    const first = gate.take(need, 0)
    first.sent(0)
    first.heard(200, new Headers(), 150)
    gate.take(need, 300).sent(300)
    expect(hindrance(gate, 300)).toEqual({ by: 'rpm', ms: 200.2 })
    expect(hindrance(gate, 501)).toBeUndefined()
  })

  it('begins to wait anew where whoever waits is woken late, since what was sent before may have been held up too', () => {
    const gate = createGate({ rpm: 600, burst: 1 / 600 }, 0)
    gate.take(need, 0).heard(200, new Headers(), 0)
    const second = gate.take(need, 1_000)
    second.sent(1_000)
    expect(hindrance(gate, 1_000)).toEqual({ by: 'rpm', ms: 200.2 })
    // Half of what is left for overtaking is still enough.
    expect(hindrance(gate, 1_250)).toBeUndefined()
    gate.take(need, 1_250).sent(1_250)
    expect(hindrance(gate, 1_250)).toEqual({ by: 'rpm', ms: 200.2 })
    expect(hindrance(gate, 1_501)).toEqual({ by: 'rpm', ms: 200.2 })
    expect(hindrance(gate, 1_702)).toBeUndefined()
  })

  it('gives back what was reserved and not used, and its slot, once', () => {
    const gate = createGate({ otpm: 1_000, concurrency: 1, burst: 1 }, 0)
    const pass = gate.take({ ...need, output: 1_000 }, 0)
    pass.heard(200, new Headers(), 0)
    expect(gate.hindrance(need, 0)).toEqual({ by: 'concurrency', ms: Number.POSITIVE_INFINITY })
    pass.end({ input: 1, output: 100, cacheRead: 0, cacheWrite: 0 }, 0)
    pass.end('unused', 0)
    expect(gate.hindrance({ ...need, output: 900 }, 0)).toBeUndefined()
    expect(gate.hindrance({ ...need, output: 901 }, 0)).toMatchObject({ by: 'otpm' })
  })
})
