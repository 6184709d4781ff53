import { expect, it } from 'vitest'
import { createClock } from '../../../src/host/clock.ts'

it('a timer is never early, not by a part of a millisecond, and one that is cancelled never fires', async () => {
  const clock = createClock()
  const early: number[] = []
  let fired = 0
  const waits = Array.from({ length: 60 }, (_, index) => 0.3 + index * 0.37)
  await Promise.all(waits.map(async (ms) => {
    clock.after(ms, () => { fired += 1 })()
    const began = clock.elapsed()
    await new Promise<void>((resolve) => void clock.after(ms, resolve))
    if (clock.elapsed() - began < ms) early.push(ms)
  }))
  expect([early, fired]).toEqual([[], 0])
})

it('a timer that is cancelled in the last part of its last millisecond does not fire either', async () => {
  const clock = createClock()
  let fired = 0
  const cancel = clock.after(0.5, () => { fired += 1 })
  setImmediate(cancel)
  await new Promise<void>((resolve) => void clock.after(3, resolve))
  expect(fired).toBe(0)
})
