import type { Json, JsonObject } from '../base/json.ts'
import type { CallReserved, CallSettled, RouteDecided } from './call-event.ts'
import type { Choice } from './choice.ts'
import type { Failure } from './failure.ts'
import type { Gate, GateOpened } from './gate.ts'
import type { ProgramUsed } from './program-used.ts'
import type { MemoryChange, MessageSent } from './shared-state.ts'
import type { ContestantFinished, RaceDecided } from './race.ts'
import type { AgentChosen, AgentWork } from './team.ts'
import type { ChangesMerged, CheckFinished, CheckResult, Delivered } from './work-event.ts'

/**
 * The journal's vocabulary: all that can happen to a run. Facts only; what follows from them is `fold`'s business.
 * Money is in pico-dollars as decimal text, since JSON has no integers of that size. Times are milliseconds since 1970.
 */
export type RunEvent =
  | RunStarted
  | RunResumed
  | NodesExpanded
  | AttemptStarted
  | AgentChosen
  | MessageSent
  | CallReserved
  | CallSettled
  | RouteDecided
  | CheckFinished
  | Delivered
  | ChangesMerged
  | ContestantFinished
  | RaceDecided
  | AttemptEnded
  | NodeSkipped
  | NodeReused
  | GateOpened
  | GateAnswered
  | Noticed
  | Nested
  | RunStopping
  | RunFinished

/** As it stands in the journal. `seq` counts from 1 without a gap. */
export type Recorded<E extends RunEvent = RunEvent> = E & { readonly seq: number; readonly at: number }

export interface RunStarted {
  readonly type: 'run-started'
  readonly run: string
  readonly version: 1
  readonly pipeline: string
  readonly file: string
  readonly inputs: JsonObject
  readonly plan: readonly PlannedStep[]
  readonly base: BaseState | null
  /** The run's budget; null: none was set. */
  readonly budget: string | null
  /** Of a nested run: commits that all its steps see. */
  readonly inherited?: readonly string[]
  readonly choice?: Choice
}

/** One step of the plan as the journal keeps it: enough to fold without the pipeline. */
export interface PlannedStep {
  readonly id: string
  readonly kind: string
  readonly name: string | null
  readonly needs: readonly string[]
  readonly continueOnError: boolean
  readonly agent: string | null
  /** The agents of a race; absent where none is. */
  readonly race?: readonly string[]
  /** Null: known only while the run goes on (`nodes-expanded`). */
  readonly nodes: readonly PlannedNode[] | null
}

export interface PlannedNode {
  readonly id: string
  readonly matrix: JsonObject | null
}

export interface BaseState {
  readonly commit: string
  readonly branch: string | null
  readonly dirty: boolean
}

/** The plan is laid again; nodes that are named in `keep` stay as they ended. */
export interface RunResumed {
  readonly type: 'run-resumed'
  readonly plan: readonly PlannedStep[]
  readonly keep: readonly string[]
  /** Of a nested run: the attempt that performs it goes on with a larger plan; nobody came back to it. */
  readonly grown?: true
  /** What begins anew, and why; absent where nothing does. */
  readonly again?: readonly { readonly node: string; readonly reason: string }[]
  readonly base: BaseState | null
  readonly budget: string | null
  /** Of a nested run, where both may have changed. */
  readonly inputs?: JsonObject
  readonly inherited?: readonly string[]
  readonly choice?: Choice
}

export interface NodesExpanded {
  readonly type: 'nodes-expanded'
  readonly step: string
  readonly nodes: readonly PlannedNode[]
}

export interface AttemptStarted {
  readonly type: 'attempt-started'
  readonly node: string
  readonly attempt: number
  /** Changes when the node's definition, inputs or upstream results change: resume compares it. */
  readonly fingerprint: string
}

export interface AttemptEnded {
  readonly type: 'attempt-ended'
  readonly node: string
  readonly attempt: number
  /** `waiting`: it asks a person; what ends the node is a `gate-answered`. */
  readonly status: 'passed' | 'failed' | 'cancelled' | 'waiting'
  readonly durationMs: number
  readonly exitCode: number | null
  readonly outputs: JsonObject
  /** The commit that holds the changes; null where nothing was changed. */
  readonly commit: string | null
  readonly filesChanged: readonly string[]
  readonly model: string | null
  /** How well an agent's commands were locked in; absent where there are none. */
  readonly isolation?: Isolation
  /** Absent where nothing was kept. */
  readonly artifacts?: readonly Artifact[]
  /** What an agent did, well or badly. */
  readonly work?: AgentWork
  /** Absent where no program worked as an agent. */
  readonly program?: ProgramUsed
  /** What it changed of the memory, where it changed something; it counts once the node has passed. */
  readonly memory?: readonly MemoryChange[]
  readonly failure: Failure | null
  /** Of a `waiting` one that did its work: why nobody may build on it yet. */
  readonly gate?: Gate
  /** Of a `waiting` one: when its question is no longer to be answered. */
  readonly expiresAt?: number
  /** When a failed attempt is to be tried again, not before this time; null: the node has ended. */
  readonly retryAt: number | null
}

/** The words of the report for what a sandbox is: all of it, without a network at all, or none. */
export type Isolation = 'sandbox' | 'namespace' | 'process'

/** A file that was kept with an attempt. */
export interface Artifact {
  /** Relative to where the step worked, with `/`; the same below `artifacts/` in the folder of the attempt. */
  readonly path: string
  readonly bytes: number
}

export interface NodeSkipped {
  readonly type: 'node-skipped'
  readonly node: string
  readonly cause: SkipCause
}

/**
 * `condition`: its own `if` is false, which holds nobody up. `blocked`: `need` failed or was blocked itself. `empty`: a matrix
 * without a cell. `unwanted`: the command line chose other steps. `autonomy`: it would deliver, and nothing is to be delivered.
 */
export type SkipCause =
  | { readonly kind: 'condition' }
  | { readonly kind: 'blocked'; readonly need: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'autonomy' }

/** A node takes over what an equal one gave before: nothing of it is performed. */
export interface NodeReused extends Reusable {
  readonly type: 'node-reused'
  readonly node: string
  readonly fingerprint: string
}

/** What a node gave, as far as another can take it over. */
export interface Reusable {
  /** `cache`: content-addressed, of any run; `run`: of the run that this one takes up. */
  readonly source: 'cache' | 'run'
  readonly run: string
  readonly exitCode: number | null
  readonly outputs: JsonObject
  readonly commit: string | null
  /** The commits that those who need it see, where that is not `commit` alone. */
  readonly carries?: readonly string[]
  readonly filesChanged: readonly string[]
  readonly model: string | null
  readonly checks: readonly CheckResult[]
}

/** A person has answered a waiting node, or nobody did in time. */
export interface GateAnswered {
  readonly type: 'gate-answered'
  readonly node: string
  readonly answer: 'approved' | 'rejected' | 'expired'
  readonly by: string | null
  readonly comment: string | null
}

/** Something that people should see, and that is no failure of an attempt. */
export interface Noticed {
  readonly type: 'noticed'
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly step: string | null
  readonly message: string
}

/** Something that happened in the run that a node performs; numbered there, its nodes named as there. */
export interface Nested {
  readonly type: 'nested'
  readonly node: string
  readonly event: Recorded
}

/** `resumeAfter`, in milliseconds since 1970: when the budget of a day is renewed, or when the provider has room, later than the run may wait. */
export type StopCause =
  | { readonly kind: 'signal'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'budget'; readonly message: string; readonly resumeAfter?: number }
  | { readonly kind: 'quota'; readonly message: string; readonly resumeAfter: number }

/** No further attempt starts; those that run are asked to stop. */
export interface RunStopping {
  readonly type: 'run-stopping'
  readonly cause: StopCause
}

export type RunStatus = 'passed' | 'failed' | 'cancelled' | 'waiting'

export interface RunFinished {
  readonly type: 'run-finished'
  readonly status: RunStatus
  readonly exitCode: number
  readonly outputs: Readonly<Record<string, Json>>
}
