import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import type { Json, JsonObject } from '../base/json.ts'
import type { ModelReply, StopReason, Usage } from './model.ts'
import { toolCall } from './tool-input.ts'

type Block =
  | { readonly type: 'text'; text: string }
  | { readonly type: 'thinking'; thinking: string; signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; json: string }

/** Gathers the events of one streamed message; there is a reply only after `message_stop` with a reason to stop. */
export interface MessageReader {
  /** True with the last event. */
  read(event: RawMessageStreamEvent): boolean
  reply(provider: string, requestId: string | undefined): ModelReply | undefined
}

export function createMessageReader(onText: (delta: string) => void): MessageReader {
  const blocks = new Map<number, Block>()
  let usage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  let model = ''
  let stop: string | null = null
  let ended = false
  return {
    read(event) {
      switch (event.type) {
        case 'message_start':
          model = event.message.model
          usage = counted(usage, event.message.usage)
          break
        case 'content_block_start': {
          const block = opened(event.content_block)
          if (block !== undefined) blocks.set(event.index, block)
          break
        }
        case 'content_block_delta': {
          const block = blocks.get(event.index)
          if (block !== undefined) grow(block, event.delta, onText)
          break
        }
        case 'content_block_stop': break
        case 'message_delta':
          stop = event.delta.stop_reason ?? stop
          usage = counted(usage, event.usage)
          break
        case 'message_stop': ended = true
      }
      return ended
    },
    reply(provider, requestId) {
      if (!ended || stop === null) return undefined
      const all = [...blocks].sort(([a], [b]) => a - b).map(([, block]) => block)
      return { message: assistantMessage(all, provider), stop: stopReason(stop), usage, model, requestId }
    },
  }
}

interface Counts {
  readonly input_tokens?: number | null
  readonly output_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number | null } | null
}

/** The counts are totals so far; what is left out has not changed. The three parts of the input don't overlap here. */
function counted(before: Usage, counts: Counts | undefined): Usage {
  const hour = counts?.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWriteHour ?? 0
  return {
    ...(hour > 0 ? { cacheWriteHour: hour } : {}),
    input: counts?.input_tokens ?? before.input,
    output: counts?.output_tokens ?? before.output,
    cacheRead: counts?.cache_read_input_tokens ?? before.cacheRead,
    cacheWrite: counts?.cache_creation_input_tokens ?? before.cacheWrite,
  }
}

type Start = Extract<RawMessageStreamEvent, { type: 'content_block_start' }>['content_block']
type Delta = Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>['delta']

function opened(block: Start): Block | undefined {
  if (block.type === 'text') return { type: 'text', text: block.text }
  if (block.type === 'thinking') return { type: 'thinking', thinking: block.thinking, signature: block.signature }
  if (block.type === 'redacted_thinking') return { type: 'redacted_thinking', data: block.data }
  if (block.type === 'tool_use') return { type: 'tool_use', id: block.id, name: block.name, json: '' }
  // What only the vendor's own tools make, which we never offer.
  return undefined
}

function grow(block: Block, delta: Delta, onText: (text: string) => void): void {
  if (delta.type === 'text_delta' && block.type === 'text') {
    block.text += delta.text
    onText(delta.text)
  }
  if (delta.type === 'input_json_delta' && block.type === 'tool_use') block.json += delta.partial_json
  if (delta.type === 'thinking_delta' && block.type === 'thinking') block.thinking += delta.thinking
  if (delta.type === 'signature_delta' && block.type === 'thinking') block.signature += delta.signature
}

function assistantMessage(blocks: readonly Block[], provider: string): ModelReply['message'] {
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('')
  const toolCalls = blocks.flatMap((block) => (block.type === 'tool_use' ? [toolCall(block.id, block.name, block.json)] : []))
  const thought = blocks.some((block) => block.type === 'thinking' || block.type === 'redacted_thinking')
  const content = blocks.filter((block) => block.type !== 'text' || block.text.trim() !== '').map(sentBack)
  return { role: 'assistant', text, toolCalls, ...(thought ? { opaque: { provider, content } } : {}) }
}

/** Signed thinking is accepted again only in its place among the other blocks. */
function sentBack(block: Block): Json {
  if (block.type !== 'tool_use') return { ...block }
  const input: JsonObject = toolCall(block.id, block.name, block.json).input ?? {}
  return { type: 'tool_use', id: block.id, name: block.name, input }
}

function stopReason(stop: string): StopReason {
  switch (stop) {
    case 'tool_use': return 'tool-use'
    case 'max_tokens': case 'model_context_window_exceeded': return 'max-tokens'
    case 'refusal': return 'refusal'
    default: return 'end'
  }
}
