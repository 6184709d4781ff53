import type { Autonomy } from '../pipeline/pipeline.ts'

/** What the command line chose for a run, and what it keeps when it is resumed. */
export interface Choice {
  /** The step that alone is wanted, with all that it needs. */
  readonly only?: string
  readonly autonomy?: Autonomy
}
