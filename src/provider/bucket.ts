import { createFlight, OVERTAKING_MS } from './flight.ts'

/** What is left of a limit per minute: it comes back continuously, not with each full minute. Times are monotonic milliseconds. */
export interface Bucket {
  /**
   * Milliseconds until so much can be taken, 0 when it can be now, infinite while an exact bucket waits for what was taken last to
   * be sent. What no bucket of this size can hold waits until it is full.
   */
  wait(need: number, now: number): number
  /** May leave a debt, which refill pays back. The mark says how things stood then, for `calibrate`. */
  take(amount: number, now: number): Mark
  /** What was taken goes out now; what is taken from an exact bucket that was full comes back no sooner. */
  sent(mark: Mark, now: number): void
  /** They have it by now: its answer began, or there will be none. */
  arrived(mark: Mark, now: number): void
  give(amount: number): void
  /**
   * The provider's own count just after what the mark marks: ours goes down with it, never up. Where both were full before,
   * theirs is as large as it now shows.
   */
  calibrate(mark: Mark, remaining: number): void
  /** The provider's own limit per minute, which replaces ours when it is lower. */
  lower(limit: number, now: number): void
  /** Nothing is left, and nothing comes back before `until`. An exact bucket was too large, and is half of that from now on. */
  drain(until: number, now: number): void
  level(now: number): number
}

export interface Mark {
  readonly level: number
  readonly shift: number
  readonly amount: number
  readonly wasFull: boolean
}

/** Of a minute's limit: a bucket that is too small costs only the first seconds, one that is too large costs refusals. */
export const BURST = 0.1

/** Their clock is not ours, so a little of the limit is left unused. */
const RATE = 0.99
/** Where what is taken is what is used, only the clocks may differ: by far less than this. */
const EXACT_RATE = 0.998

const EPSILON = 1e-6

/**
 * `burst`: the part of a minute's limit that may be used at once. `isExact`: what is taken is what is used, so that theirs and
 * ours are full at the same time, and the size of theirs can be learned.
 */
export function createBucket(perMinute: number, burst: number = BURST, now = 0, isExact = false): Bucket {
  let limit = perMinute
  const rate = (): number => (limit * (isExact ? EXACT_RATE : RATE)) / 60_000
  let size = capacity(limit, burst)
  let level = size
  let at = now
  let shift = 0
  const flight = createFlight<Mark>()
  const refill = (time: number): void => {
    if (flight.isUnsent() || time <= at) return
    level = Math.min(size, level + (time - at) * rate())
    at = time
  }
  return {
    wait(need, time) {
      if (flight.isHeldUp(time)) at = Math.max(at, time + OVERTAKING_MS)
      refill(time)
      const missing = Math.min(need, size) - level
      if (missing <= EPSILON) return 0
      if (flight.isUnsent()) return Number.POSITIVE_INFINITY
      const ms = Math.max(0, at - time) + missing / rate()
      flight.due(time + ms)
      return isExact ? ms : Math.ceil(ms)
    },
    take(amount, time) {
      refill(time)
      const wasFull = level >= size - EPSILON
      level -= amount
      const mark = { level, shift, amount, wasFull }
      if (wasFull && isExact) flight.begin(mark)
      else if (wasFull) at = Math.max(at, time + OVERTAKING_MS)
      return mark
    },
    sent(mark, time) {
      at = Math.max(at, flight.sent(mark, time) ?? at)
    },
    arrived(mark, time) {
      const found = flight.arrived(mark, time)
      if (found !== 'other') at = found === 'sent' ? Math.min(at, time) : Math.max(at, time)
    },
    give: (amount) => {
      level = Math.min(size, level + amount)
    },
    calibrate(mark, remaining) {
      const tooMuch = mark.level - (shift - mark.shift) - remaining
      if (!(tooMuch > 0)) return
      level -= tooMuch
      shift += tooMuch
      if (mark.wasFull && isExact) size = Math.max(1, Math.min(size, remaining + mark.amount))
    },
    lower(theirs, time) {
      if (!(theirs >= 1) || theirs >= limit) return
      refill(time)
      limit = theirs
      size = Math.min(size, capacity(limit, burst))
      level = Math.min(level, size)
    },
    drain(until, time) {
      refill(time)
      level = Math.min(level, 0)
      if (isExact) size = Math.max(1, size / 2)
      at = Math.max(at, until)
      flight.end()
    },
    level(time) {
      refill(time)
      return level
    },
  }
}

function capacity(limit: number, burst: number): number {
  return Math.max(1, limit * burst)
}
