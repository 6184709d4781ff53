import type { InputSpec } from './pipeline.ts'

/** What the expressions of one place may name. */
export interface Names {
  /** The contexts that exist here. */
  readonly contexts: readonly string[]
  readonly inputs: readonly string[]
  /** What is known of the inputs' values; with it comparisons that cannot hold are found. */
  readonly inputSpecs?: ReadonlyMap<string, Pick<InputSpec, 'type' | 'options'>>
  /** The keys of the step's matrix; `unknown` where an expression gives it, null where there is none. */
  readonly matrix: readonly string[] | 'unknown' | null
  /** The steps that are needed, however indirectly. */
  readonly steps: ReadonlyMap<string, StepNames>
  /** Every step's id. */
  readonly allSteps: readonly string[]
  readonly statusFunctions: boolean
  /** The step in which it stands. */
  readonly self?: string | undefined
  /** The names of the pipeline's `env`, and of the step's own, which is no part of the context. */
  readonly env?: { readonly pipeline: readonly string[]; readonly step: readonly string[] }
}

export interface StepNames {
  readonly outputs: readonly string[] | 'any'
}

/** Every context that the language has. */
export const CONTEXTS = ['inputs', 'env', 'matrix', 'run', 'git', 'github', 'secrets', 'steps'] as const

/** The fields of contexts whose shape never changes. */
export const FIELDS: Readonly<Record<'run' | 'git' | 'step', readonly string[]>> = {
  run: ['id', 'attempt', 'pipeline'],
  git: ['sha', 'branch', 'base'],
  step: ['status', 'outputs', 'exit_code', 'commit', 'cost_usd'],
}

/** The values of `steps.ID.status`. */
export const STATUSES = ['passed', 'failed', 'skipped', 'cancelled', 'waiting', 'pending'] as const
