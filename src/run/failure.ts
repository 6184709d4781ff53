import type { Conflict } from '../base/conflict.ts'

/**
 * How an attempt ended badly, as data in an event. Each variant carries what its message needs; strangers' exceptions that
 * cannot be named become `internal`.
 */
export type Failure =
  | { readonly code: 'exit-code'; readonly message: string; readonly exitCode: number }
  | { readonly code: 'killed'; readonly message: string; readonly signal: string }
  | { readonly code: 'timeout'; readonly message: string; readonly afterMs: number }
  | { readonly code: 'program-missing'; readonly message: string; readonly program: string }
  | { readonly code: 'output-invalid'; readonly message: string }
  | { readonly code: 'expression-failed'; readonly message: string }
  | { readonly code: 'check-failed'; readonly message: string; readonly checks: readonly string[] }
  | { readonly code: 'setup-failed'; readonly message: string }
  /** `conflicts` is absent in journals of older builds. */
  | { readonly code: 'merge-conflict'; readonly message: string; readonly files: readonly string[]; readonly conflicts?: readonly Conflict[] }
  | { readonly code: 'workspace-failed'; readonly message: string }
  | { readonly code: 'program-failed'; readonly message: string }
  | { readonly code: 'protected-path'; readonly message: string; readonly files: readonly string[] }
  | { readonly code: 'secret-leaked'; readonly message: string; readonly files: readonly string[] }
  | { readonly code: 'permission-denied'; readonly message: string }
  | { readonly code: 'sandbox-failed'; readonly message: string }
  | { readonly code: 'tool-server-failed'; readonly message: string; readonly server: string }
  | { readonly code: 'max-turns'; readonly message: string }
  | { readonly code: 'stalled'; readonly message: string; readonly afterMs: number }
  | { readonly code: 'model-refused'; readonly message: string }
  | { readonly code: 'provider-failed'; readonly message: string; readonly reason: string; readonly retryable: boolean }
  | { readonly code: 'budget-exceeded'; readonly message: string; readonly scope: string; readonly resumeAfter?: number }
  | { readonly code: 'quota-exhausted'; readonly message: string; readonly resumeAfter: number }
  | { readonly code: 'recording-missing'; readonly message: string }
  /** `nodes`: those inside that failed; `retryable`: one of them could end otherwise. */
  | { readonly code: 'pipeline-failed'; readonly message: string; readonly nodes: readonly string[]; readonly retryable: boolean }
  /** `retryable`: one of the contestants could end otherwise. */
  | { readonly code: 'race-failed'; readonly message: string; readonly retryable: boolean }
  /** `tasks`: the nodes that did not pass; `commit`: what the others changed, merged. */
  | { readonly code: 'tasks-failed'; readonly message: string; readonly tasks: readonly string[]; readonly commit: string | null; readonly retryable: boolean }
  | { readonly code: 'tasks-invalid'; readonly message: string }
  | { readonly code: 'deliver-refused'; readonly message: string }
  | { readonly code: 'rejected'; readonly message: string }
  | { readonly code: 'not-answered'; readonly message: string }
  | { readonly code: 'interrupted'; readonly message: string }
  | { readonly code: 'internal'; readonly message: string }

export type FailureCode = Failure['code']

/** Whether trying the same thing again could end otherwise. */
export function isRetryable(failure: Failure): boolean {
  switch (failure.code) {
    case 'exit-code':
    case 'killed':
    case 'timeout':
    case 'check-failed':
    case 'setup-failed':
    case 'workspace-failed':
    case 'max-turns':
    case 'program-failed':
    case 'output-invalid':
    case 'interrupted':
    case 'stalled':
    case 'tool-server-failed':
      return true
    case 'provider-failed':
    case 'pipeline-failed':
    case 'race-failed':
    case 'tasks-failed':
      return failure.retryable
    case 'program-missing':
    case 'expression-failed':
    case 'merge-conflict':
    case 'model-refused':
    case 'budget-exceeded':
    case 'quota-exhausted':
    case 'recording-missing':
    case 'tasks-invalid':
    case 'deliver-refused':
    case 'rejected':
    case 'protected-path':
    case 'secret-leaked':
    case 'permission-denied':
    case 'sandbox-failed':
    case 'not-answered':
    case 'internal':
      return false
  }
}

/** Whether it is the agent that failed, so that another one could do better with the same task. */
export function isAgentsOwn(failure: Failure): boolean {
  switch (failure.code) {
    case 'timeout':
    case 'stalled':
    case 'check-failed':
    case 'max-turns':
    case 'program-failed':
    case 'program-missing':
    case 'tool-server-failed':
    case 'output-invalid':
    case 'model-refused':
    case 'provider-failed':
    case 'quota-exhausted':
      return true
    case 'budget-exceeded':
      return failure.scope.startsWith('agent ')
    case 'exit-code':
    case 'killed':
    case 'setup-failed':
    case 'workspace-failed':
    case 'interrupted':
    case 'pipeline-failed':
    case 'race-failed':
    case 'tasks-failed':
    case 'tasks-invalid':
    case 'expression-failed':
    case 'merge-conflict':
    case 'recording-missing':
    case 'deliver-refused':
    case 'rejected':
    case 'protected-path':
    case 'secret-leaked':
    case 'permission-denied':
    case 'sandbox-failed':
    case 'not-answered':
    case 'internal':
      return false
  }
}
