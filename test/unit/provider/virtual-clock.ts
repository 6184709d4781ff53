import type { Clock } from '../../../src/base/ports.ts'

/** A clock whose time passes as soon as nobody has anything left to do: hours of waiting take no time. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

export function createVirtualClock(start = 1_800_000_000_000): VirtualClock {
  const timers: Timer[] = []
  let elapsed = 0
  let made = 0
  const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
  return {
    now: () => start + elapsed,
    elapsed: () => elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + ms, order: made, callback }
      made += 1
      let low = 0
      for (let high = timers.length; low < high;) {
        const middle = (low + high) >> 1
        const other = timers[middle]
        if (other !== undefined && isBefore(other, timer)) low = middle + 1
        else high = middle
      }
      timers.splice(low, 0, timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index >= 0) timers.splice(index, 1)
      }
    },
    async run(work) {
      let isOver = false
      const done = work.finally(() => (isOver = true))
      done.catch(() => {})
      for (;;) {
        await idle()
        if (isOver) return await done
        const next = timers.shift()
        if (next === undefined) throw new Error('all wait for each other')
        elapsed = next.at
        next.callback()
      }
    },
  }
}

/** Resolves when every promise that could go on has gone on. */
function idle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
