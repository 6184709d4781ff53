import type { JsonObject } from '../base/json.ts'
import type { Clock } from '../base/ports.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { Plan } from '../plan/plan.ts'
import type { MaybeReusable, StepKind } from './contract.ts'
import type { Recorded } from './event.ts'
import type { Family } from './family.ts'
import type { Facts } from './facts.ts'
import type { SharedState } from './shared-state.ts'
import type { Run } from './run.ts'

/** All that the engine is handed; nothing else of the world is reachable from it. */
export interface Surroundings {
  readonly plan: Plan
  readonly facts: Facts
  /** What nodes gave in the run that this one takes up, by their ids and fingerprints. */
  readonly earlier?: ((node: string, fingerprint: string) => MaybeReusable) | undefined
  /** Commits that steps made before this process and that exist no more. */
  readonly lost?: ReadonlySet<string> | undefined
  /** Undefined where the pipeline has no expression. */
  readonly expressions: Expressions | undefined
  readonly kinds: Readonly<Record<string, StepKind>>
  readonly concurrency: number
  /** Runs that are done by the same agents, where this is not the first of them. */
  /** What all agents share, where this is a nested run. */
  readonly shared?: SharedState | undefined
  readonly family?: Family | undefined
  /** Before the ids of nodes wherever they are told outside of the run's own events: empty, or `build/` in a nested run. */
  readonly prefix: string
  /** How long attempts may take to end after they were asked to; their children get 5 s of it. */
  readonly patienceMs: number
  readonly clock: Clock
  readonly output: AttemptOutput
  /** Writes events so that they survive a power cut, all of them with one flush. */
  append(events: readonly Recorded[]): Promise<void>
  redact<T>(value: T): T
  observe(event: Recorded, run: Run): void
}

/** Where the output of attempts goes: logs and views, redacted on the way. */
export interface AttemptOutput {
  chunk(node: string, attempt: number, stream: 'stdout' | 'stderr', chunk: string): void
  transcript(node: string, attempt: number, entry: JsonObject): void
  activity(node: string, text: string): void
  keep(node: string, attempt: number, name: string, text: string): Promise<void>
  outputFile(node: string, attempt: number): string
  artifactsFolder(node: string, attempt: number): string
  /** The attempt has ended: what was held back is written, its files are closed. */
  end(node: string, attempt: number): Promise<void>
}
