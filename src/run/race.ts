import type { Failure } from './failure.ts'
import type { AgentWork } from './team.ts'
import type { CheckResult } from './work-event.ts'

/** One of several agents that do the same task has ended. */
export interface ContestantFinished {
  readonly type: 'contestant-finished'
  readonly node: string
  readonly attempt: number
  /** From 1, in the order of the pipeline. */
  readonly index: number
  readonly agent: string
  /** `stopped`: another one was first, or the run was ended. */
  readonly status: 'passed' | 'failed' | 'stopped'
  readonly durationMs: number
  /** Null where nothing was changed, or it did not pass. */
  readonly commit: string | null
  readonly filesChanged: readonly string[]
  /** Added and removed. */
  readonly lines: number
  /** What its calls were charged, in pico-dollars. */
  readonly cost: string
  readonly model: string | null
  /** The last verdict of each. */
  readonly checks: readonly CheckResult[]
  readonly work: AgentWork
  readonly failure: Failure | null
}

/** Whose work is taken, and why that of the others is not. */
export interface RaceDecided {
  readonly type: 'race-decided'
  readonly node: string
  readonly attempt: number
  readonly pick: 'first_passing' | 'cheapest' | 'smallest_diff' | 'judge'
  /** Null: nobody passed, or the judge came to nothing. */
  readonly chosen: number | null
  readonly because: string
  /** Who was asked; null where nobody was. */
  readonly judge: string | null
  /** What the judge's calls were charged, in pico-dollars. */
  readonly judgeCost: string
  readonly others: readonly { readonly index: number; readonly because: string }[]
}

/** A race as far as it is known, kept with its attempt. */
export interface RaceState {
  /** As they ended. */
  readonly contestants: readonly ContestantFinished[]
  readonly decided: RaceDecided | null
}

/** The agent whose work was taken. */
export function winnerOf({ contestants, decided }: RaceState): string | null {
  return contestants.find(({ index }) => index === decided?.chosen)?.agent ?? null
}
