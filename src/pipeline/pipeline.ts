import type { Json, JsonObject } from '../base/json.ts'
import type { Pico } from '../base/money.ts'
import type { CheckSpec } from './check-spec.ts'
import type { LimitsSpec } from './limits-spec.ts'
import type { MatrixSpec } from './matrix-spec.ts'
import type { AUTONOMIES, CONFLICT_POLICIES, PICKS, ProgramExecutor, REPORT_FORMATS } from './words.ts'

export type ReportFormat = (typeof REPORT_FORMATS)[number]

export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number]

/** A text in which `${{ … }}` stands for a value that is known only while the pipeline runs. */
export type Template = string

/** What the author meant: names resolved, defaults filled in, durations in milliseconds. Plain data. */
export interface Pipeline {
  /** As named on the command line. */
  readonly file: string
  readonly name: string
  readonly description: string | undefined
  readonly inputs: ReadonlyMap<string, InputSpec>
  readonly env: Readonly<Record<string, Template>>
  readonly providers: ReadonlyMap<string, ProviderSpec>
  readonly routes: ReadonlyMap<string, RouteSpec>
  readonly limits: LimitsSpec
  readonly toolServers: ReadonlyMap<string, ToolServerSpec>
  readonly agents: ReadonlyMap<string, AgentSpec>
  readonly checks: ReadonlyMap<string, CheckSpec>
  readonly workspace: WorkspaceSpec
  readonly autonomy: Autonomy
  /** In the order of the file. */
  readonly steps: ReadonlyMap<string, StepSpec>
  readonly outputs: Readonly<Record<string, Template>>
  /** Paths by format, relative to where the program was started. */
  readonly reports: Readonly<Partial<Record<ReportFormat, string>>>
  /** Every pipeline that is called in this run, by its file; the same map for all of them. */
  readonly children: ReadonlyMap<string, Pipeline>
}

export interface InputSpec {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean' | 'choice' | 'json'
  readonly options: readonly string[]
  readonly required: boolean
  readonly default: Json | undefined
  readonly description: string | undefined
  /** Its value is masked everywhere. */
  readonly secret: boolean
}

export type ProviderType = 'anthropic' | 'openai' | 'openai-compatible' | 'replay'

export interface ProviderSpec {
  readonly name: string
  readonly type: ProviderType
  /** The environment variable that holds the key; undefined where none is needed (`replay`, a local server). */
  readonly apiKeyEnv: string | undefined
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The whole of one call, in milliseconds. */
  readonly timeoutMs: number | undefined
  readonly prices: ReadonlyMap<string, PriceSpec>
  /** `replay`: the folder of the recording, relative to the pipeline's own folder. */
  readonly recording: string | undefined
}

/** Pico-dollars per token; `free` is a price of nothing that somebody chose. */
export type PriceSpec = 'free' | { readonly input: Pico; readonly output: Pico; readonly cacheRead: Pico; readonly cacheWrite: Pico }

/** Models that stand in for each other. */
export interface RouteSpec {
  readonly name: string
  readonly models: readonly ModelName[]
  readonly strategy: 'priority' | 'cheapest' | 'fastest' | 'balanced'
  readonly retry: { readonly attempts: number | undefined; readonly backoffMs: number | undefined; readonly maxDelayMs: number | undefined }
  readonly breaker: { readonly failures: number; readonly cooldownMs: number } | undefined
}

/** A provider of the pipeline and what it calls the model. */
export interface ModelName {
  readonly provider: string
  readonly model: string
}

/** A server of the Model Context Protocol: a program that is started, or one that runs elsewhere. */
export type ToolServerSpec =
  | { readonly name: string; readonly command: readonly [string, ...string[]]; readonly env: Readonly<Record<string, Template>> }
  | { readonly name: string; readonly url: string; readonly headers: Readonly<Record<string, Template>> }

export type Permissions = 'read-only' | 'limited' | 'full'

export interface AgentSpec {
  readonly name: string
  readonly description: string | undefined
  /** `command`: `command` runs in place of a model, and `provider` and `model` are empty. Others are programs of their own. */
  readonly executor: 'llm' | ProgramExecutor | 'command'
  readonly command: readonly string[]
  /** Of its only model, or of the first one of its route that it can ask; the model is empty where a program chooses it. */
  readonly provider: string
  readonly model: string
  readonly route: string | undefined
  /** All that may answer: one, or those of its route in their order; none where a program chooses. */
  readonly candidates: readonly ModelName[]
  readonly budget: Pico | undefined
  readonly instructions: string | undefined
  /** Relative to the pipeline's own folder. */
  readonly instructionsFile: string | undefined
  readonly tools: readonly string[]
  readonly permissions: Permissions
  readonly allowCommands: readonly string[]
  /** Hosts that its commands and checks may reach. */
  readonly allowHosts: readonly string[]
  readonly sandbox: 'auto' | 'require' | 'off'
  /** Infinite: a program that is not bounded. */
  readonly maxTurns: number
  readonly maxOutputTokens: number
  /** Tokens of a conversation and its next answer; undefined for no bound. */
  readonly contextTokens: number | undefined
  readonly temperature: number | undefined
  /** Free words, each once. */
  readonly capabilities: readonly string[]
  /** How many nodes it does at once; undefined: no bound of its own. */
  readonly maxLoad: number | undefined
  readonly priority: number
  /** Who takes over when it fails, in this order. */
  readonly backup: readonly string[]
  /** The longest without a sign of progress. */
  readonly stallTimeoutMs: number
  readonly env: Readonly<Record<string, Template>>
}

/** How much goes without a person; `supervised` and `manual` ask, `manual` delivers nothing. */
export type Autonomy = (typeof AUTONOMIES)[number]

export interface WorkspaceSpec {
  /** `HEAD`, `working-tree` or any ref. */
  readonly base: string
  readonly setup: Template | undefined
  readonly link: readonly string[]
  readonly copy: readonly string[]
  /** Globs of protected paths that agents may change all the same. */
  readonly allowProtected: readonly string[]
  /** Where the changes of several needed steps contradict each other. */
  readonly onConflict: ConflictPolicy
  /** Who is asked, also by steps of kind `merge` that name nobody. */
  readonly resolver: string | undefined
}

export type StepSpec = RunStep | AgentStep | CheckStep | MergeStep | TasksStep | ApproveStep | PipelineStep | DeliverStep
export type StepKindName = StepSpec['kind']
export type WorkspaceMode = 'inherit' | 'worktree' | 'checkout' | 'none'

export interface CommonStep {
  readonly id: string
  readonly name: Template | undefined
  readonly needs: readonly string[]
  /** The expression alone, without `${{ }}`; undefined means `success()`. */
  readonly if: string | undefined
  readonly matrix: MatrixSpec | undefined
  readonly env: Readonly<Record<string, Template>>
  readonly timeoutMs: number | undefined
  readonly retry: RetrySpec
  readonly continueOnError: boolean
  readonly workspace: WorkspaceMode
  /** Globs inside the workspace. */
  readonly artifacts: readonly string[]
  /** Globs that the step will write. */
  readonly files: readonly string[]
  /** Higher starts first. */
  readonly priority: number
  /** Of all its nodes and attempts together. */
  readonly budget: Pico | undefined
  readonly risk: 'low' | 'high'
  /** Undefined: its results are not taken over by other runs. */
  readonly cache: CacheSpec | undefined
}

export interface CacheSpec {
  /** A word of the author's: results under another one are not taken. */
  readonly key: string | undefined
  /** Globs of what the step makes beside its outputs and its commit. */
  readonly paths: readonly string[]
}

export interface RunStep extends CommonStep {
  readonly kind: 'run'
  readonly run: Template
  /** As split by blanks; the script's file is appended. */
  readonly shell: string
  readonly outputs: OutputsSpec | undefined
}

export interface AgentStep extends CommonStep {
  readonly kind: 'agent'
  /** A name, or `auto`: whoever has all `capabilities`; of a race the first. */
  readonly agent: string
  /** Undefined: one agent alone. */
  readonly race: RaceSpec | undefined
  readonly capabilities: readonly string[]
  readonly prompt: Template | undefined
  /** The prompt is no template: not the author but an agent wrote it. */
  readonly isVerbatim?: true
  /** Relative to the pipeline's own folder; its text is a template too. */
  readonly promptFile: string | undefined
  readonly outputs: Readonly<Record<string, JsonObject>> | undefined
  readonly verify: readonly string[]
  readonly repair: number
}

/** Several agents do the same, and the work of one is taken. */
export interface RaceSpec {
  /** At least two; one may stand here several times. */
  readonly agents: readonly string[]
  readonly pick: (typeof PICKS)[number]
  /** Who chooses, with `pick: judge`. */
  readonly judge: string | undefined
}

export interface CheckStep extends CommonStep {
  readonly kind: 'check'
  readonly checks: readonly string[]
}

export interface MergeStep extends CommonStep {
  readonly kind: 'merge'
  /** The steps whose changes it brings together, in this order; they are the first of its `needs`. */
  readonly merge: readonly string[]
  readonly onConflict: ConflictPolicy
  /** Who resolves contradictions, and repairs what the checks find. */
  readonly resolver: string | undefined
  readonly verify: readonly string[]
  readonly repair: number
}

export interface TasksStep extends CommonStep {
  readonly kind: 'tasks'
  /** An expression that gives the list, or the list itself. */
  readonly tasks: Template | readonly Json[]
  readonly maxTasks: number
  /** The agent of all tasks, or `auto`: for each whoever has its capabilities. */
  readonly assign: string
  readonly onConflict: ConflictPolicy
  readonly resolver: string | undefined
  /** Of each task, and of what all of them made together. */
  readonly verify: readonly string[]
  readonly repair: number
}

export interface ApproveStep extends CommonStep {
  readonly kind: 'approve'
  /** The question, for people. */
  readonly approve: Template
}

export interface PipelineStep extends CommonStep {
  readonly kind: 'pipeline'
  /** Its file, a key of `children`. */
  readonly pipeline: string
  /** Values for its inputs; any text in them may be a template. */
  readonly with: JsonObject
}

export interface PullRequestSpec {
  readonly title: Template
  readonly body: Template | undefined
  /** The branch that it is to go into; undefined: that of the checkout. */
  readonly base: Template | undefined
  /** The branch that it comes from; undefined: one of the run's own. */
  readonly branch: Template | undefined
  readonly draft: boolean
  readonly labels: readonly string[]
}

export interface DeliverStep extends CommonStep {
  readonly kind: 'deliver'
  /** Where the change goes as a patch, relative to where the program was started. */
  readonly patch: Template | undefined
  /** The branch that is made, or moved forward, to the commit. */
  readonly branch: Template | undefined
  readonly pullRequest: PullRequestSpec | undefined
  /** For the issue or pull request that the run is about. */
  readonly comment: Template | undefined
  /** Its author takes it as it is, though no check has judged it. */
  readonly unverified: boolean
}

/** The outputs that a script must set: by name, with a JSON Schema where the author gave one. */
export type OutputsSpec = ReadonlyMap<string, JsonObject | undefined>

export interface RetrySpec {
  /** Attempts in all, the first one counted. */
  readonly attempts: number
  readonly backoffMs: number
  readonly maxDelayMs: number
  /** Codes of failures to try again; undefined: all that can be. */
  readonly on: readonly string[] | undefined
}
