import type { Ports } from '../base/ports.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunEvent } from '../run/event.ts'
import type { Facts } from '../run/facts.ts'
import type { Run } from '../run/run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Sandboxes } from '../sandbox/sandbox.ts'
import type { RunFolder } from '../store/store.ts'
import type { Readiness } from './preflight.ts'
import type { RunOptions } from './run-options.ts'
import type { Signals } from './signals.ts'

/** A run that is ready to begin or to go on. */
export interface RunOrder {
  readonly ports: Ports
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly plan: Plan
  readonly run: Run
  /** The events that open or reopen it. */
  readonly first: readonly RunEvent[]
  readonly facts: Facts
  /** Results of the run that this one takes up. */
  readonly earlier?: Surroundings['earlier']
  readonly lost?: Surroundings['lost']
  readonly expressions: Expressions | undefined
  readonly readiness: Readiness
  readonly sandboxes: Sandboxes
  /** Whether whoever set the run off is trusted. */
  readonly trusted: boolean
  readonly hidden: readonly string[]
  readonly folder: RunFolder
  readonly signals: Signals
  readonly options: Pick<RunOptions, 'ui' | 'json' | 'report' | 'concurrency' | 'record' | 'replay' | 'stateDir' | 'cache'>
}
