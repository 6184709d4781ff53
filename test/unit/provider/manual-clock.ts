import type { Clock } from '../../../src/base/ports.ts'

/** A clock that stands still until it is told to go on; a test waits for a timer to be set, never for time to pass. */
export interface ManualClock extends Clock {
  /** Resolves as soon as a timer of exactly so many milliseconds is set. */
  armed(ms: number): Promise<void>
  /** Resolves when the next such timer is set, not counting those that are. */
  nextArmed(ms: number): Promise<void>
  advance(ms: number): void
  /** How many timers are set. */
  pending(): number
}

interface Timer {
  readonly at: number
  readonly ms: number
  readonly callback: () => void
}

export function createManualClock(start = 1_800_000_000_000): ManualClock {
  const timers = new Set<Timer>()
  const waiting = new Set<{ readonly ms: number; readonly resolve: () => void }>()
  let elapsed = 0
  const nextArmed = (ms: number): Promise<void> => new Promise((resolve) => void waiting.add({ ms, resolve }))
  return {
    nextArmed,
    now: () => start + elapsed,
    elapsed: () => elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + ms, ms, callback }
      timers.add(timer)
      for (const waiter of waiting) {
        if (waiter.ms !== ms) continue
        waiting.delete(waiter)
        waiter.resolve()
      }
      return () => timers.delete(timer)
    },
    armed: (ms) => ([...timers].some((timer) => timer.ms === ms) ? Promise.resolve() : nextArmed(ms)),
    advance(ms) {
      const until = elapsed + ms
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due)
        elapsed = due.at
        due.callback()
      }
      elapsed = until
    },
    pending: () => timers.size,
  }
}

/** A clock on which every wait is over at once; it tells how long they would have been. */
export function createInstantClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = []
  let elapsed = 0
  return {
    waits,
    now: () => 1_800_000_000_000 + elapsed,
    elapsed: () => elapsed,
    after(ms, callback) {
      let isCancelled = false
      queueMicrotask(() => {
        if (isCancelled) return
        waits.push(ms)
        elapsed += ms
        callback()
      })
      return () => void (isCancelled = true)
    },
  }
}
