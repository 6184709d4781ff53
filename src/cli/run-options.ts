import type { Autonomy } from '../pipeline/pipeline.ts'

/** The options of a run as commander hands them over. */
export interface RunOptions {
  readonly input: readonly string[]
  readonly inputsFile?: string
  readonly report: readonly string[]
  readonly json?: boolean
  readonly ui: 'auto' | 'tree' | 'lines' | 'json' | 'silent'
  readonly concurrency?: number
  readonly budgetUsd?: number
  readonly base?: string
  readonly record?: string
  readonly replay?: string
  readonly only?: string
  readonly from?: string
  /** False with `--no-cache`: nothing is taken from there. */
  readonly cache: boolean
  readonly autonomy?: Autonomy
  readonly stateDir: string
  readonly runId?: string
}
