import type { Pico } from '../base/money.ts'
import type { RunStatus } from '../run/event.ts'
import { spentOrHeld } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'

/** One run in a list. Times are milliseconds since 1970. */
export interface RunSummary {
  readonly id: string
  /** `interrupted`: it did not end, and nobody goes on with it; `damaged`: its journal cannot be read. */
  readonly status: RunStatus | 'running' | 'interrupted' | 'damaged'
  readonly exitCode: number | null
  readonly pipeline: string
  readonly file: string
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly resumes: number
  /** What was charged, in pico-dollars; open calls count with their whole hold. */
  readonly cost: Pico
}

/** The same as JSON can hold it: the head of a snapshot. */
export interface SummaryHead {
  readonly id: string
  readonly status: Run['status']
  readonly exitCode: number | null
  readonly pipeline: string
  readonly file: string
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly resumes: number
  readonly cost: string
}

export function headOf(run: Run): SummaryHead {
  const cost = spentOrHeld(run)
  const { id, status, exitCode, pipeline, file, startedAt, finishedAt, resumes } = run
  return { id, status, exitCode, pipeline, file, startedAt, finishedAt, resumes, cost: cost.toString() }
}
