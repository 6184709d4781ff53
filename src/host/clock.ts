import type { Clock } from '../base/ports.ts'

/** What a timer of the platform can hold; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The system's clocks and timers. A timer that waits keeps the process alive until it fires or is cancelled. */
export function createClock(): Clock {
  return { now: () => Date.now(), elapsed: () => performance.now(), after }
}

/** Never early: a timer of the platform counts whole milliseconds, so what is left of the last one is waited for in turns of the loop. */
function after(ms: number, callback: () => void): () => void {
  const end = performance.now() + ms
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined
  const arm = (): void => {
    const left = end - performance.now()
    if (left >= 1) timer = setTimeout(arm, Math.min(left, LONGEST_TIMER_MS))
    else turn = setImmediate(left > 0 ? arm : callback)
  }
  arm()
  return () => {
    clearTimeout(timer)
    clearImmediate(turn)
  }
}
