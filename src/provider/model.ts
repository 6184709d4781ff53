import type { Json, JsonObject } from '../base/json.ts'
import type { Result } from '../base/result.ts'

/** One call to one model, in no vendor's words. Conversations are kept by us and sent whole each time. */
export interface ModelRequest {
  readonly model: string
  readonly system: string | undefined
  readonly messages: readonly Message[]
  readonly tools: readonly ToolSpec[]
  readonly maxOutputTokens: number
  readonly temperature: number | undefined
}

export type Message = UserMessage | AssistantMessage | ToolMessage

export interface UserMessage {
  readonly role: 'user'
  readonly text: string
}

export interface AssistantMessage {
  readonly role: 'assistant'
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** What the vendor wants back unread on the next turn (signed thinking, encrypted reasoning); only for the same provider. */
  readonly opaque?: { readonly provider: string; readonly content: Json }
}

export interface ToolMessage {
  readonly role: 'tool'
  readonly results: readonly ToolResult[]
}

export interface ToolSpec {
  readonly name: string
  readonly description: string
  readonly input: JsonObject
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Undefined when the model wrote no JSON object; `text` is what it wrote. */
  readonly input: JsonObject | undefined
  readonly text: string
}

export interface ToolResult {
  readonly id: string
  readonly name: string
  readonly output: string
  readonly isError: boolean
}

/** Why the model stopped. `max-tokens`: the answer is cut, its tool calls must not run. */
export type StopReason = 'end' | 'tool-use' | 'max-tokens' | 'refusal'

export interface ModelReply {
  readonly message: AssistantMessage
  readonly stop: StopReason
  readonly usage: Usage
  /** The model that answered, in the provider's words. */
  readonly model: string
  readonly requestId: string | undefined
}

/** Tokens of one call. The input is counted in three parts that never overlap. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** The part of `cacheWrite` that is kept for an hour, which costs more; left out: none. */
  readonly cacheWriteHour?: number
}

export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

/** Why a call gave no reply. `dispatched`: the provider may have worked for it, so it may cost. */
export interface CallFailure {
  readonly reason: CallFailureReason
  readonly message: string
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly dispatched: boolean
  /** The provider's own word (`x-should-retry`), which overrules what the reason alone would say. */
  readonly shouldRetry?: boolean
}

export type CallFailureReason =
  | 'rate-limited'
  | 'overloaded'
  | 'connection'
  | 'timeout'
  | 'cut-stream'
  | 'context-length'
  | 'invalid-request'
  | 'unknown-model'
  /** The model cannot call tools, and the request has some. */
  | 'no-tools'
  | 'credential'
  | 'quota'
  | 'aborted'
  | 'recording-missing'

export interface CallOptions {
  readonly signal: AbortSignal
  /** Text as it comes, provisional: it may be of an attempt that fails. */
  readonly onText?: (delta: string) => void
  /** The request goes out at this moment. */
  readonly onSent?: () => void
  /** As soon as they come, of an error too: they tell what is left of the provider's limits. */
  readonly onHeaders?: (status: number, headers: Headers) => void
  /** Where a recording files this call. */
  readonly slot?: CallSlot
}

export type CountOptions = Pick<CallOptions, 'signal' | 'slot'>

/** The place of a call in its run: node, attempt of the node, and number of the call in that attempt, from 0. */
export interface CallSlot {
  readonly node: string
  readonly attempt: number
  readonly call: number
  /** Who makes it, where that is an agent. */
  readonly agent?: string
}

/** One provider, ready to be called. Exactly one request goes out per call: retries are decided above. */
export interface Provider {
  readonly name: string
  call(request: ModelRequest, options: CallOptions): Promise<Result<ModelReply, CallFailure>>
  /**
   * Tokens of a request's input as the vendor counts them, which costs one more request and no money; undefined where that failed.
   * Left out: it cannot be asked.
   */
  count?(request: ModelRequest, options: CountOptions): Promise<number | undefined>
}
