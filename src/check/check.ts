import type { Problem } from '../base/problem.ts'

/** A check to make, its expressions already in `env` (never in the script's text). */
export interface CheckOrder {
  readonly name: string
  readonly kind: string
  readonly script: string
  readonly cwd: string
  /** Top of the repository or worktree: paths in problems are told relative to it. */
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly expect: Expectation
  readonly report: { readonly format: string; readonly path: string | undefined } | undefined
  readonly gate: 'block' | 'warn'
}

/** Patterns are JavaScript regular expressions with flags `ms`; matching is bounded in time. */
export interface Expectation {
  readonly exitCode: number
  readonly stdoutMatches: string | undefined
  readonly stderrMatches: string | undefined
  /** In neither stream. */
  readonly notMatches: string | undefined
}

/** What a check found, with its evidence. */
export interface Verdict {
  readonly name: string
  readonly kind: string
  readonly status: 'passed' | 'failed'
  /** A failed check with gate `warn` does not fail its step. */
  readonly gate: 'block' | 'warn'
  readonly durationMs: number
  readonly exitCode: number | null
  /** Why it failed, in one sentence; null when it passed. */
  readonly message: string | null
  readonly problems: readonly Problem[]
  /** The end of what it printed, both streams, for the agent that has to repair. */
  readonly output: string
}
