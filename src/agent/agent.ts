import type { JsonObject } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { Refusal } from '../provider/caller.ts'
import type { AgentMail, AgentMemory } from './shared-state.ts'
import type { ModelReply, ModelRequest } from '../provider/model.ts'

/** Who works, on what, where, and within which bounds. Everything is resolved: no expression, no reference is left. */
export interface AgentTask {
  readonly instructions: string
  readonly prompt: string
  /** JSON Schemas of the outputs that were asked for; empty when only text is wanted. */
  readonly outputs: Readonly<Record<string, JsonObject>>
  readonly model: string
  readonly maxTurns: number
  readonly maxOutputTokens: number
  /** Tokens that a request and its answer may have together; undefined for no bound of its own. */
  readonly contextTokens: number | undefined
  /** What is known of its model, and holds where the author bounds nothing; what is known may be wrong. */
  readonly modelWindow?: number
  readonly temperature: number | undefined
  /** Groups (`files`, `files.read`, `shell`) that the author granted. */
  readonly tools: readonly string[]
  readonly permissions: 'read-only' | 'limited' | 'full'
  /** Globs of commands that `limited` allows. */
  readonly allowCommands: readonly string[]
  /** Hosts whose pages it may read. */
  readonly allowHosts: readonly string[]
  /** Paths of tools are relative to `cwd` and may not leave `root`, by whatever way. */
  readonly root: string
  readonly cwd: string
  /** The whole environment of the agent's commands: no secret of the runner is in it. */
  readonly env: Readonly<Record<string, string>>
  /** What it shares with the other agents of its run; undefined where it does not run. */
  readonly memory?: AgentMemory
  readonly mail?: AgentMail
}

/** What the agent's surroundings do for it. */
export interface AgentIo {
  /** One model call, routed, limited, paid and recorded. */
  call(request: ModelRequest): Promise<Result<ModelReply, Refusal>>
  activity(text: string): void
  /** The agent's own words, once a reply is complete. */
  text(chunk: string): void
  transcript(entry: JsonObject): void
  readonly signal: AbortSignal
}

/** A conversation with an agent: it lives as long as its step's attempt, so that a repair goes on where the work ended. */
export interface Conversation {
  /** The work, until the agent says that it is done. */
  start(): Promise<Result<AgentDone, AgentFailure>>
  /** A failed check goes back to the same conversation. */
  continue(message: string): Promise<Result<AgentDone, AgentFailure>>
}

export interface AgentDone {
  /** The last text of the agent. */
  readonly text: string
  readonly outputs: JsonObject
  /** The model that answered last, in the provider's words. */
  readonly model: string
  readonly turns: number
  /** What a program says that it used: `input_tokens`, `output_tokens`, `cost_usd`. */
  readonly usage?: JsonObject
}

export type AgentFailure =
  | { readonly code: 'max-turns'; readonly message: string }
  | { readonly code: 'program-failed'; readonly message: string }
  | { readonly code: 'model-refused'; readonly message: string }
  | { readonly code: 'output-invalid'; readonly message: string }
  | { readonly code: 'provider-failed'; readonly message: string; readonly reason: string; readonly retryable: boolean }
  | { readonly code: 'budget-exceeded'; readonly message: string; readonly scope: string; readonly resumeAfter?: number }
  | { readonly code: 'quota-exhausted'; readonly message: string; readonly resumeAfter: number }
  | { readonly code: 'recording-missing'; readonly message: string }
  | { readonly code: 'aborted'; readonly message: string }
