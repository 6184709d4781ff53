import type { JsonObject } from '../base/json.ts'
import type { Expressions, Scope } from '../pipeline/expression.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import type { Failure } from './failure.ts'
import type { CallReserved, CallSettled, RouteDecided } from './call-event.ts'
import type { Artifact, Isolation, Noticed, Reusable } from './event.ts'
import type { ChangesMerged, CheckFinished, Delivered, Proof } from './work-event.ts'
import type { ProgramUsed } from './program-used.ts'
import type { MemoryChange, MessageSent, SharedState } from './shared-state.ts'
import type { ContestantFinished, RaceDecided } from './race.ts'
import type { AgentWork } from './team.ts'
import type { Run } from './run.ts'
import type { Source } from './sources.ts'

/** What the engine asks of a step kind: to perform one attempt and to tell how it ended. It never rejects for the step's sake. */
export interface StepKind {
  /** It hands results to others: `autonomy` may ask a person before it starts, or leave it out. */
  readonly delivers?: boolean
  /** What it changes is the work of agents: with `autonomy: manual` nobody builds on that before a person has seen it. */
  readonly byAgents?: boolean
  /** What an equal node gave before, where that can be taken over; nothing has been told of this one yet. */
  reuse?(task: AttemptTask): MaybeReusable | Promise<MaybeReusable>
  attempt(task: AttemptTask, io: AttemptIo): Promise<AttemptResult>
}

/** One attempt of one node, with everything that is known when it starts. */
export interface AttemptTask {
  readonly run: string
  readonly pipeline: string
  /** Its whole id: `build/test` in a pipeline that the node `build` performs. */
  readonly node: string
  /** Its id in the pipeline that it stands in. */
  readonly localNode: string
  readonly attempt: number
  readonly step: StepSpec
  readonly matrix: JsonObject | null
  /** Who does it; null where no agent works. */
  readonly agent: string | null
  /** Attempts of other agents before this one, where it takes over. */
  readonly former: readonly FormerAttempt[]
  /** What expressions may name: `inputs`, `env`, `matrix`, `run`, `git`, `github`, `secrets`, `steps`, and the status functions. */
  readonly scope: Scope
  /** Commits of the needed steps that changed files, in the order of `needs`. */
  readonly inherited: readonly string[]
  /** The same with who made them and what for; worked out when it is asked for. */
  sources(): readonly Source[]
  /** What an agent made of these commits before, where another step saw the same. */
  resolved(commits: readonly string[]): string | undefined
  /** The run's base; null outside a git repository. */
  readonly base: string | null
  /** Which checks hold of which trees, as far as this run made them. */
  readonly proofs: readonly Proof[]
  /** A digest of what the step and all that it needs say. */
  readonly lineage: string
  /** The step and every one that it needs, however indirectly. */
  readonly above: ReadonlySet<string>
  /** What earlier attempts of the node did of the pipeline that it performs. */
  readonly nested: Run | undefined
}

/** What an agent tried before another took over. */
export interface FormerAttempt {
  readonly agent: string
  readonly failure: Failure
  readonly work: AgentWork | null
}

/** What an attempt may tell while it runs. */
export interface AttemptIo {
  /** Resolves when the event is durable: nothing that must not be lost or repeated may happen before. */
  emit(event: AttemptEvent): Promise<void>
  /** Output for the log and the view; split anywhere, redacted on the way. */
  output(stream: 'stdout' | 'stderr', chunk: string): void
  /** One line of an agent's transcript, kept with the attempt. */
  transcript(entry: JsonObject): void
  /** What is being done now, in a few words, for the view. */
  activity(text: string): void
  /** Keeps a text file with the attempt, such as `change.patch`. */
  keep(name: string, text: string): Promise<void>
  /** Where a script may leave its outputs: the folder exists, the file does not yet. */
  readonly outputFile: string
  /** Where files are kept with the attempt; the folder is made by whoever keeps one. */
  readonly artifactsFolder: string
  /** Performs another pipeline inside of this attempt, or goes on with `task.nested`; the answer is its run when that has ended. */
  nest(order: NestedOrder): Promise<Run>
  /** What the agents of the whole run share, as it is now. */
  readonly shared: SharedState
  /** Aborted when the run stops or the step's time is over. */
  readonly signal: AbortSignal
}

export type MaybeReusable = Reusable | undefined

export interface NestedOrder {
  readonly pipeline: Pipeline
  /** Typed and with their secrets. */
  readonly inputs: JsonObject
  /** What its expressions may name of the steps around it, as the context `steps`. */
  readonly outerSteps?: JsonObject
  /** Its agents are those of the run around it, which keep to their bounds in both together. */
  readonly sharesAgents?: boolean
  readonly kinds: Readonly<Record<string, StepKind>>
  readonly expressions: Expressions | undefined
}

/** Without `node` and `attempt`, which the engine adds. */
export type AttemptEvent = Unplaced<CallReserved> | CallSettled | Unplaced<RouteDecided> | Unplaced<CheckFinished> | Unplaced<ChangesMerged> | Unplaced<ContestantFinished> | Unplaced<RaceDecided> | Unplaced<Delivered> | Unplaced<MessageSent> | Omit<Noticed, 'step'>

type Unplaced<E extends { readonly node: string; readonly attempt: number }> = Omit<E, 'node' | 'attempt'>

export interface AttemptResult {
  /** `waiting`: it asks a person, with the question as output `question`; nothing more happens until the answer. */
  readonly status: 'passed' | 'failed' | 'cancelled' | 'waiting'
  readonly exitCode?: number | null
  readonly outputs?: JsonObject
  readonly commit?: string | null
  readonly filesChanged?: readonly string[]
  readonly model?: string | null
  readonly artifacts?: readonly Artifact[]
  /** How well an agent's commands were locked in; absent where the step has none. */
  readonly isolation?: Isolation
  readonly work?: AgentWork
  /** The program that worked as an agent; absent where none did. */
  readonly program?: ProgramUsed
  readonly memory?: readonly MemoryChange[]
  readonly failure?: Failure
}
