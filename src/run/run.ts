import type { Json, JsonObject } from '../base/json.ts'
import type { Pico } from '../base/money.ts'
import type { Choice } from './choice.ts'
import type { Failure } from './failure.ts'
import type { RouteDecided, UsageCounts } from './call-event.ts'
import type { Artifact, BaseState, GateAnswered, Isolation, NodeReused, Noticed, RunStatus, SkipCause, StopCause } from './event.ts'
import type { ChangesMerged, CheckResult, Delivered, Proof } from './work-event.ts'
import type { ProgramUsed } from './program-used.ts'
import type { Gate } from './gate.ts'
import type { RaceState } from './race.ts'
import type { MemoryChange, SharedState } from './shared-state.ts'
import type { AgentChosen, AgentWork } from './team.ts'

/** A run as the journal tells it: `fold` of its events and nothing else. */
export interface Run {
  readonly id: string
  seq: number
  pipeline: string
  file: string
  inputs: JsonObject
  base: BaseState | null
  budget: Pico | null
  startedAt: number
  finishedAt: number | null
  resumes: number
  /** What began anew with the last resume, and why. */
  again: readonly { readonly node: string; readonly reason: string }[]
  status: 'running' | RunStatus
  exitCode: number | null
  stopping: StopCause | null
  outputs: Readonly<Record<string, Json>>
  /** In the order of the plan. */
  readonly steps: Map<string, StepState>
  readonly nodes: Map<string, NodeState>
  /** Steps whose needs have all ended and whose nodes have not all begun, in the order in which they became ready. */
  readonly frontier: Set<string>
  /** Nodes with an attempt under way. */
  readonly running: Set<string>
  /** Nodes that wait to be tried again. */
  readonly retrying: Set<string>
  readonly calls: Map<string, CallState>
  readonly routes: (RouteDecided & { readonly at: number })[]
  readonly choices: (AgentChosen & { readonly at: number })[]
  readonly notices: (Noticed & { readonly at: number })[]
  /** Which checks hold of which trees. */
  readonly proofs: Proof[]
  readonly deliveries: (Delivered & { readonly at: number })[]
  /** Runs of other pipelines, by the node that performs them; a node that begins anew goes on with its own. */
  readonly nested: Map<string, Run>
  /** What the command line chose for it. */
  choice: Choice
  /** One for a run and all that is nested in it. */
  readonly shared: SharedState
  /** Commits that all steps see: none but in a nested run. */
  inherited: readonly string[]
  /** What an agent made of changes that contradicted each other where a step saw several, by their commits; absent where none did. */
  resolved?: Readonly<Record<string, string>>
  /** What all calls were charged, those of nested runs too. */
  spent: Pico
}

export interface StepState {
  readonly id: string
  readonly kind: string
  readonly name: string | null
  readonly needs: readonly string[]
  readonly dependents: string[]
  readonly continueOnError: boolean
  readonly agent: string | null
  /** The agents of a race, all of which work at once. */
  readonly race?: readonly string[]
  /** Null until a matrix that is known only at run time is expanded. */
  nodes: string[] | null
  /** How many needed steps have not ended yet. */
  waitingFor: number
  /** Index of its first node that has not begun. */
  cursor: number
  /** How many of its nodes have not ended yet. */
  open: number
  /** Null until all its nodes have ended. */
  outcome: StepOutcome | null
  /** Commits that a dependent step must see: its own nodes', else those it saw itself. */
  carries: readonly string[]
}

/**
 * `skipped`: its own condition was false, which holds nobody up. `blocked`: something it needs failed or was blocked.
 * A step that failed with `continue_on_error` counts as `passed` for those that need it.
 */
export type StepOutcome = 'passed' | 'failed' | 'skipped' | 'blocked'

export type NodeStatus = 'pending' | 'running' | 'waiting' | 'passed' | 'failed' | 'skipped' | 'cancelled'

export interface NodeState {
  readonly id: string
  readonly step: string
  readonly matrix: JsonObject | null
  status: NodeStatus
  /** Kept from before a resume, or taken over from an equal one. */
  cached: boolean
  attempts: AttemptState[]
  /** How many of its attempts were made before the plan was last laid: retries are counted anew after a resume. */
  earlier: number
  /** Set while it waits to be tried again. */
  retryAt: number | null
  fingerprint: string | null
  startedAt: number | null
  finishedAt: number | null
  exitCode: number | null
  outputs: JsonObject
  commit: string | null
  /** The commits that those who need it see, where it was taken over and that is not `commit` alone. */
  carries: readonly string[] | null
  /** Where it was taken over from. */
  reused: Pick<NodeReused, 'source' | 'run'> | null
  filesChanged: readonly string[]
  /** Who did it, or does it now; null before, and where that is nobody, or several. */
  agent: string | null
  model: string | null
  /** How well the commands of its agent were locked in; null where it has none. */
  isolation: Isolation | null
  failure: Failure | null
  skipped: SkipCause | null
  cost: Pico
  checks: CheckResult[]
  /** How the changes that it sees were last brought together; absent where there was nothing to bring together. */
  merged?: ChangesMerged
  /** Why a person is or was asked, where the step itself asks nobody. */
  gate: Gate | null
  /** When its question is no longer to be answered. */
  expiresAt: number | null
  /** Who answered it, where a person was asked. */
  answer: (Pick<GateAnswered, 'answer' | 'by' | 'comment'> & { readonly at: number }) | null
}

export interface AttemptState {
  readonly attempt: number
  agent: string | null
  readonly startedAt: number
  status: 'running' | 'passed' | 'failed' | 'cancelled' | 'waiting'
  durationMs: number
  failure: Failure | null
  artifacts: readonly Artifact[]
  work: AgentWork | null
  /** Absent where no agents competed. */
  race?: RaceState
  /** Null where no program worked as an agent. */
  program: ProgramUsed | null
  memory: readonly MemoryChange[]
}

/** A model call, from its reservation on. An open one counts with its whole hold. */
export interface CallState {
  readonly id: string
  readonly node: string
  readonly agent: string | null
  readonly provider: string
  readonly model: string
  readonly hold: Pico
  cost: Pico | null
  /** `interrupted`: the process that sent it died before it knew what it came to; its whole hold is charged. */
  basis: 'measured' | 'hold' | 'none' | 'open' | 'interrupted'
  usage: UsageCounts
  retries: number
}

/** Whether a node has ended, well or badly. */
export function hasEnded(node: NodeState): boolean {
  return node.status !== 'pending' && node.status !== 'running' && node.status !== 'waiting'
}
