/** When a lane counts as broken, and for how long it is then left alone. */
export interface BreakerSettings {
  /** So many failures in a row. */
  readonly failures: number
  /** Milliseconds of the first pause; later ones grow with the time that the lane has been broken. */
  readonly cooldown: number
}

export const BREAKER: BreakerSettings = { failures: 3, cooldown: 15_000 }

/** `fatal`: the credential or its account is refused, which no waiting mends. `none`: says nothing of the lane's health. */
export type LaneResult = 'success' | 'failure' | 'fatal' | 'none'

/** The right to send one request; only its first report counts, and none that comes after the state has changed. */
export interface BreakerPermit {
  report(result: LaneResult, now: number): void
}

/** Why a lane is left alone, and until when at least; infinite for the rest of the run. */
export interface Barred {
  readonly because: 'breaker-open' | 'breaker-half-open' | 'breaker-latched'
  readonly until: number
}

/** Keeps calls from a lane that fails. After a pause exactly one call tries it again; all others go elsewhere at once. */
export interface Breaker {
  barred(now: number): Barred | undefined
  /** Only when it is not barred. */
  take(): BreakerPermit
}

const LONGEST_MS = 300_000
const WINDOW_MS = 60_000
const FEWEST_IN_WINDOW = 6
/** A pause as a part of the time since the lane broke: so it is back in use soon after a short outage, and little asked in a long one. */
const GROWTH = 0.4
/** When somebody else's trial is under way and there is nowhere else to go, look again so often. */
const TRIAL_MS = 1_000

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly since: number; readonly until: number }
  | { readonly kind: 'trial'; readonly since: number }
  | { readonly kind: 'latched' }

export function createBreaker(settings: BreakerSettings, random: { fraction(): number }): Breaker {
  let state: State = { kind: 'closed' }
  let generation = 0
  let inRow = 0
  // The oldest first; what is too old is left behind one by one, so that a report costs the same however many there are.
  let recent: { readonly at: number; readonly failed: boolean }[] = []
  let failures = 0
  const change = (next: State): void => {
    state = next
    generation += 1
    inRow = 0
    recent = []
    failures = 0
  }
  const open = (since: number, now: number): void => {
    const pause = Math.min(Math.max(settings.cooldown, GROWTH * (now - since)), LONGEST_MS)
    change({ kind: 'open', since, until: now + Math.round(pause * (0.8 + 0.4 * random.fraction())) })
  }
  const report = (result: LaneResult, now: number): void => {
    if (result === 'fatal') return change({ kind: 'latched' })
    if (state.kind === 'trial') {
      if (result === 'success') change({ kind: 'closed' })
      if (result === 'failure') open(state.since, now)
      if (result === 'none') change({ kind: 'open', since: state.since, until: now })
      return
    }
    if (result === 'none') return
    const failed = result === 'failure'
    inRow = failed ? inRow + 1 : 0
    recent.push({ at: now, failed })
    if (failed) failures += 1
    for (let oldest = recent[0]; oldest !== undefined && oldest.at <= now - WINDOW_MS; oldest = recent[0]) {
      recent.shift()
      if (oldest.failed) failures -= 1
    }
    const isHalf = recent.length >= FEWEST_IN_WINDOW && failures * 2 >= recent.length
    if (failed && (inRow >= settings.failures || isHalf)) open(now, now)
  }
  return {
    barred(now) {
      if (state.kind === 'latched') return { because: 'breaker-latched', until: Number.POSITIVE_INFINITY }
      if (state.kind === 'trial') return { because: 'breaker-half-open', until: now + TRIAL_MS }
      return state.kind === 'open' && now < state.until ? { because: 'breaker-open', until: state.until } : undefined
    },
    take() {
      if (state.kind === 'open') change({ kind: 'trial', since: state.since })
      const own = generation
      let isOver = false
      return {
        report(result, at) {
          if (isOver || own !== generation) return
          isOver = true
          report(result, at)
        },
      }
    },
  }
}
