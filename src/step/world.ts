import type { Ports } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { Cache } from '../cache/cache.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { CheckSpec } from '../pipeline/check-spec.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Caller } from '../provider/caller.ts'
import type { Sandboxes } from '../sandbox/sandbox.ts'
import type { Forge } from './forge.ts'
import type { Lease } from '../proxy/lease.ts'
import type { LeaseOrder } from '../proxy/tenancy.ts'
import type { Presence } from '../workspace/presence.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'

/** What the step kinds are handed: the one door to the world. */
export interface StepWorld {
  readonly ports: Pick<Ports, 'files' | 'processes' | 'sockets' | 'clock' | 'patterns' | 'random' | 'pages' | 'http'>
  readonly pipeline: Pipeline
  /** Undefined where the pipeline has no expression. */
  readonly expressions: Expressions | undefined
  /** The runner's own environment; what of it a child sees is `environment.ts`'s decision. */
  readonly environment: Readonly<Record<string, string>>
  /** Where steps run that need no worktree. */
  readonly checkout: { readonly cwd: string; readonly root: string }
  /** Which steps work in the checkout. */
  readonly presence: Presence
  /** The pipeline and the files that it names, relative to the repository's top: no agent may change them. */
  readonly namedFiles: readonly string[]
  /** Undefined where no step of the run wants one. */
  readonly cache: Cache | undefined
  /** Of which machine results are good: system and processor. */
  readonly machine: string
  /** Without what must not be written. */
  redact<T>(value: T): T
  /** Where runs are kept. */
  readonly stateDir: string
  /** Declared checks, and those detected from the project, by name. */
  readonly checks: ReadonlyMap<string, CheckSpec>
  /** Whoever set the run off may be trusted: no variable of ours is handed on else but what says where programs are. */
  readonly trusted: boolean
  readonly sandboxes: Sandboxes
  /** Before the names of its agents, where several pipelines of a run have some: empty, or `build/` in a called one. */
  readonly agentSpace: string
  /** Opened at the first step that needs a worktree. */
  workspaces(): Promise<Result<Workspaces, Failure>>
  /** Opened at the first call of a model. */
  caller(): Promise<Caller>
  /** Opened at the first delivery that goes there. */
  forge(signal: AbortSignal): Promise<Result<Forge, string>>
  /** Whether a text holds a secret that must not leave. */
  leaks(text: string): boolean
  /** A local address of a provider for a program, for one attempt. */
  lease(provider: string, order: LeaseOrder): Promise<Lease>
  /** Values that must not be written or shown from now on. */
  hide(secrets: readonly string[]): void
  /** The world of a pipeline that a node performs: its own declarations, the budgets around it. */
  nested(child: Pipeline, task: Pick<AttemptTask, 'node' | 'nested'>): StepWorld
}
