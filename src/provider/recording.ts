import { createHash } from 'node:crypto'
import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { CallFailure, CallSlot, Message, ModelReply, ModelRequest, ToolCall } from './model.ts'

/** One line of a recording: what was asked, as far as a reviewer and a replay need it, and what came of it. */
export interface RecordedCall {
  readonly slot: CallSlot
  readonly model: string
  readonly request: RecordedRequest
  readonly reply?: RecordedReply
  readonly failure?: Pick<CallFailure, 'reason' | 'message' | 'status' | 'dispatched'>
}

export interface RecordedRequest {
  readonly system: string
  readonly tools: readonly { readonly name: string; readonly description: string; readonly input: JsonObject }[]
  /** The first message of the user. */
  readonly task: string
  /** The roles of all messages, with the names of the tools that were called: `assistant: read_file, edit_file`. */
  readonly turns: readonly string[]
  /** What the model is told since its last answer. A replay does not look at it: times and paths may differ. */
  readonly told: readonly Json[]
}

export interface RecordedReply {
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input?: JsonObject; readonly text?: string }[]
  readonly stop: ModelReply['stop']
  readonly usage: ModelReply['usage']
  readonly model: string
}

export type Redact = (text: string) => string

/** The name of a node's file: the node's own where that is fit for any file system, else its beginning and a digest. */
export function recordingFile(node: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(node)) return `${node}.ndjson`
  const digest = createHash('sha256').update(node).digest('hex').slice(0, 8)
  return `${node.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, 40)}~${digest}.ndjson`
}

export function recordedRequest(request: ModelRequest, redact: Redact): RecordedRequest {
  const first = request.messages.findIndex((message) => message.role === 'user')
  const lastAnswer = request.messages.findLastIndex((message) => message.role === 'assistant')
  const task = request.messages[first]
  return redacted({
    system: request.system ?? '',
    tools: request.tools.map(({ name, description, input }) => ({ name, description, input })),
    task: task?.role === 'user' ? task.text : '',
    turns: request.messages.map(turnOf),
    told: request.messages.slice(Math.max(lastAnswer, first) + 1).map(toldOf),
  }, redact)
}

export function recordedReply(reply: ModelReply, redact: Redact): RecordedReply {
  const { message, stop, usage, model } = reply
  return redacted({ text: message.text, calls: message.toolCalls.map(callOf), stop, usage, model }, redact)
}

/** What is only for the vendor's eyes is not kept: a replay sends nothing back. */
export function replayedReply(recorded: RecordedReply): ModelReply {
  const toolCalls = recorded.calls.map(({ id, name, input, text }): ToolCall => {
    return { id, name, input, text: input === undefined ? (text ?? '') : JSON.stringify(input) }
  })
  const { text, stop, usage, model } = recorded
  return { message: { role: 'assistant', text, toolCalls }, stop, usage, model, requestId: undefined }
}

/** Undefined for a line that is no recorded call. */
export function parseRecorded(line: string): RecordedCall | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (!isObject(value) || !isObject(value['slot']) || !isObject(value['request'])) return undefined
    const { turns, tools } = value['request']
    const isWhole = Array.isArray(turns) && Array.isArray(tools) && (isReply(value['reply']) || isObject(value['failure']))
    return isWhole ? (value as unknown as RecordedCall) : undefined
  } catch {
    return undefined
  }
}

function isReply(value: unknown): boolean {
  return isObject(value) && Array.isArray(value['calls']) && isObject(value['usage']) && typeof value['text'] === 'string'
}

function turnOf(message: Message): string {
  if (message.role === 'user') return 'user'
  const tools = message.role === 'assistant' ? message.toolCalls : message.results
  return tools.length === 0 ? message.role : `${message.role}: ${tools.map((tool) => tool.name).join(', ')}`
}

function toldOf(message: Message): Json {
  switch (message.role) {
    case 'user': return { user: message.text }
    case 'assistant': return { assistant: message.text }
    case 'tool':
      return { results: message.results.map(({ id, name, output, isError }) => ({ id, name, output, ...(isError ? { isError } : {}) })) }
  }
}

function callOf(call: ToolCall): RecordedReply['calls'][number] {
  return { id: call.id, name: call.name, ...(call.input === undefined ? { text: call.text } : { input: call.input }) }
}

/** The same value with every text in it redacted. */
export function redacted<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, redact)) as T
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item, redact)])) as T
}
