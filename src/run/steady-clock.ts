import type { Clock } from '../base/ports.ts'

/**
 * A clock that reads the time of the day once and goes on from there by what has passed, so that a clock of the machine which is set
 * while a run goes on neither delays what waits nor tells in a duration. What days and other processes are measured by stays the machine's.
 */
export function steadyClock(clock: Clock): Clock {
  const anchor = clock.now() - clock.elapsed()
  return { ...clock, now: () => Math.round(anchor + clock.elapsed()) }
}
