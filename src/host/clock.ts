import type { Clock } from '../base/ports.ts'

/** What a timer of the platform can hold; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The system's clocks and timers. A timer that waits keeps the process alive until it fires or is cancelled. */
export function createClock(): Clock {
  return { now: () => Date.now(), elapsed: () => performance.now(), after }
}

function after(ms: number, callback: () => void): () => void {
  const end = performance.now() + ms
  let timer: NodeJS.Timeout
  const arm = (left: number): void => {
    timer = left > LONGEST_TIMER_MS ? setTimeout(() => arm(end - performance.now()), LONGEST_TIMER_MS) : setTimeout(callback, left)
  }
  arm(ms)
  return () => clearTimeout(timer)
}
