import type { Conflict } from '../base/conflict.ts'
import type { Problem } from '../base/problem.ts'

export interface CheckFinished {
  readonly type: 'check-finished'
  readonly node: string
  readonly attempt: number
  /** 0 for the first judgement, then one more for each repair. */
  readonly round: number
  readonly result: CheckResult
  /** What was judged, where it was a tree of git; a `deliver` step need not make the same check of it again. */
  readonly proof?: Proof
}

/** A check of a tree: `check` is a digest of its definition, so that a changed one proves nothing. */
export interface Proof {
  readonly tree: string
  readonly check: string
}

export interface CheckResult {
  readonly name: string
  readonly kind: string
  readonly status: 'passed' | 'failed'
  /** A failed check with gate `warn` does not fail its step. */
  readonly gate: 'block' | 'warn'
  readonly durationMs: number
  readonly exitCode: number | null
  readonly message: string | null
  readonly problems: readonly Problem[]
}

/** A result was handed on. Told after the fact: what does it finds out by itself whether it has been done. */
export interface Delivered {
  readonly type: 'delivered'
  readonly node: string
  readonly attempt: number
  readonly kind: 'patch' | 'branch' | 'pull_request' | 'comment'
  /** The path, the name of the branch, or what was commented on. */
  readonly target: string
  readonly commit: string | null
  /** It was there already, from an attempt that was interrupted. */
  readonly already: boolean
  /** Where it can be seen. */
  readonly url?: string
}

/** Changes were brought together, or were found to contradict each other. */
export interface ChangesMerged {
  readonly type: 'changes-merged'
  readonly node: string
  readonly attempt: number
  /** In the order in which they were merged. */
  readonly sides: readonly { readonly node: string; readonly commit: string }[]
  readonly policy: 'fail' | 'ours' | 'theirs' | 'agent'
  /** At most 100 of them. */
  readonly conflicts: readonly Conflict[]
  /** `clean`: there was nothing to decide; `decided`: the policy did; `resolved`: an agent did; `failed`: nobody did. */
  readonly outcome: 'clean' | 'decided' | 'resolved' | 'failed'
  /** The agent that resolved, or tried to. */
  readonly resolver: string | null
  /** What holds all of them now; null where it failed. */
  readonly commit: string | null
}
