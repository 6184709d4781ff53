/**
 * Theirs begins to refill when a request arrives there, and ours must not be ahead of it, since the next one may be faster. When it
 * arrived is not known, only that it did when its answer began; an answer that takes longer than this is not waited for.
 */
export const OVERTAKING_MS = 100
/** Where answers begin sooner than that as a rule, one that does not is held up on its way, and is waited for a little longer. */
const HELD_UP_MS = 1_000
/** The weight of the latest answer. */
const LATEST = 0.3

/** The last that was taken from a bucket that was full: before it is sent, and until it is known to have arrived. */
export interface Flight<Mark> {
  begin(mark: Mark): void
  isUnsent(): boolean
  /** Until when it is waited for; undefined where it is not this one that was to be sent. */
  sent(mark: Mark, time: number): number | undefined
  /** Whether it was this one that was underway, and if so whether it had been sent. */
  arrived(mark: Mark, time: number): 'other' | 'unsent' | 'sent'
  /** Whoever waits for it was told to ask again then. */
  due(time: number): void
  /** Whoever was told to ask again asks much later: all of this process was held up, and so may be what is underway. */
  isHeldUp(time: number): boolean
  end(): void
}

export function createFlight<Mark extends object>(): Flight<Mark> {
  let unsent: Mark | undefined
  let underway: Mark | undefined
  let again: number | undefined
  let at = 0
  let usual: number | undefined
  return {
    begin: (mark) => void (unsent = underway = mark),
    isUnsent: () => unsent !== undefined,
    sent(mark, time) {
      if (mark !== unsent) return undefined
      unsent = undefined
      at = time
      return time + (usual !== undefined && usual < OVERTAKING_MS ? HELD_UP_MS : OVERTAKING_MS)
    },
    arrived(mark, time) {
      if (mark !== underway) return 'other'
      if (unsent === undefined) usual = usual === undefined ? time - at : usual + LATEST * (time - at - usual)
      const found = unsent === undefined ? 'sent' : 'unsent'
      unsent = underway = undefined
      return found
    },
    due: (time) => {
      if (underway !== undefined) again = time
    },
    isHeldUp(time) {
      const isLate = underway !== undefined && again !== undefined && time > again + OVERTAKING_MS / 2
      again = undefined
      return isLate
    },
    end: () => void (unsent = underway = undefined),
  }
}
