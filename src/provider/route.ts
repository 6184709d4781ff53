import type { BreakerSettings } from './breaker.ts'
import type { Lane } from './lane.ts'
import { PATIENT_MS } from './retry.ts'
import type { RetryPolicy } from './retry.ts'

/**
 * How the lanes of a route are ordered for a call. `priority`: as they are written. `cheapest`: by the expected cost, what is
 * cached counted. `fastest`: by the time that calls took, and by the wait for limits. `balanced`: by both, each measured
 * against the best lane.
 */
export type Strategy = 'priority' | 'cheapest' | 'fastest' | 'balanced'

/** Named candidates for a call. A lane that is named twice counts once. */
export interface Route {
  readonly name: string
  readonly lanes: readonly Lane[]
  readonly strategy: Strategy
  readonly retry?: Partial<RetryPolicy>
  /** Of each of its lanes; where two routes share a lane, the first one called decides. */
  readonly breaker?: BreakerSettings
}

/** A lane as a call finds it: all that a choice depends on. */
export interface Candidate {
  readonly lane: string
  /** Why it is out of the question now; null when it is not. */
  readonly barred: string | null
  /** The expected cost in pico-dollars, as decimal text. */
  readonly cost: string
  /** What calls took lately, in milliseconds; null before the first one. */
  readonly latencyMs: number | null
  /** Until its limits have room for this call, as far as is known, in milliseconds. */
  readonly waitMs: number
}

/**
 * The lane to take, undefined when there is none. A conversation stays on its lane, where its beginning is cached; ties go
 * to the lane that is written first.
 */
export function chosenLane(strategy: Strategy, candidates: readonly Candidate[], sticky: string | null): string | undefined {
  const open = candidates.filter(({ barred }) => barred === null)
  const near = open.filter(({ waitMs }) => waitMs <= PATIENT_MS)
  const pool = near.length > 0 ? near : open
  if (pool.some(({ lane }) => lane === sticky)) return sticky ?? undefined
  const scores = scoresOf(strategy, pool)
  return pool.map(({ lane }, index) => ({ lane, score: scores[index] ?? 0 })).sort((a, b) => a.score - b.score)[0]?.lane
}

function scoresOf(strategy: Strategy, pool: readonly Candidate[]): readonly number[] {
  const costs = pool.map(({ cost }) => Number(cost))
  // A lane that was never tried counts as fast, so that it is tried.
  const times = pool.map(({ latencyMs, waitMs }) => (latencyMs ?? 0) + waitMs)
  switch (strategy) {
    case 'priority': return pool.map((_, index) => index)
    case 'cheapest': return costs
    case 'fastest': return times
    case 'balanced': {
      const [costly, slow] = [relative(costs), relative(times)]
      return pool.map((_, index) => (costly[index] ?? 0) + (slow[index] ?? 0))
    }
  }
}

function relative(amounts: readonly number[]): readonly number[] {
  const least = Math.min(...amounts.filter((amount) => amount > 0))
  return amounts.map((amount) => (amount > 0 ? amount / least : 0))
}
