import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { NO_USAGE } from './model.ts'
import type { ModelReply, StopReason, ToolCall, Usage } from './model.ts'
import { toolCall } from './tool-input.ts'

/** Gathers the chunks of one streamed completion; there is a reply only after a `finish_reason`. */
export interface ChunkReader {
  /** True with the last chunk: usage comes after the reason to finish. */
  read(chunk: ChatCompletionChunk): boolean
  reply(requestId: string | undefined): ModelReply | undefined
}

interface OpenCall {
  id: string
  name: string
  text: string
}

type CallDelta = NonNullable<ChatCompletionChunk['choices'][number]['delta']['tool_calls']>[number]

export function createChunkReader(onText: (delta: string) => void): ChunkReader {
  const calls = new Map<string, OpenCall>()
  let text = ''
  let model = ''
  let finish: string | undefined
  let usage: Usage | undefined
  return {
    read(chunk) {
      model = chunk.model || model
      usage = chunk.usage ? counted(chunk.usage) : usage
      const choice = chunk.choices?.find((choice) => (choice.index ?? 0) === 0)
      const delta = choice?.delta?.content ?? choice?.delta?.refusal ?? ''
      if (delta !== '') {
        text += delta
        onText(delta)
      }
      for (const part of choice?.delta?.tool_calls ?? []) grow(calls, part)
      finish = choice?.finish_reason ?? finish
      return finish !== undefined && usage !== undefined
    },
    reply(requestId) {
      if (finish === undefined) return undefined
      const toolCalls = [...calls.values()].map((call, index): ToolCall => toolCall(call.id || `call_${index}`, call.name, call.text))
      const message: ModelReply['message'] = { role: 'assistant', text, toolCalls }
      return { message, stop: stopReason(finish, toolCalls.length), usage: usage ?? NO_USAGE, model, requestId }
    },
  }
}

/** The parts of a call share an index; servers that leave it out send each call whole, with an id of its own. */
function grow(calls: Map<string, OpenCall>, part: CallDelta): void {
  const index = typeof part.index === 'number' ? part.index : part.id === undefined ? Math.max(0, calls.size - 1) : undefined
  const key = index === undefined ? `id ${part.id}` : `at ${index}`
  const call = calls.get(key) ?? { id: '', name: '', text: '' }
  call.id = part.id || call.id
  call.name = part.function?.name || call.name
  call.text += part.function?.arguments ?? ''
  calls.set(key, call)
}

/** Some servers say `stop` where they call a tool. */
function stopReason(finish: string, calls: number): StopReason {
  switch (finish) {
    case 'length': return 'max-tokens'
    case 'content_filter': return 'refusal'
    default: return calls > 0 ? 'tool-use' : 'end'
  }
}

/** Here too the input's total holds what was read from the cache and what was written to it. */
function counted(usage: NonNullable<ChatCompletionChunk['usage']>): Usage {
  const cacheRead = usage.prompt_tokens_details?.cached_tokens ?? 0
  const cacheWrite = usage.prompt_tokens_details?.cache_write_tokens ?? 0
  return { input: Math.max(0, usage.prompt_tokens - cacheRead - cacheWrite), output: usage.completion_tokens, cacheRead, cacheWrite }
}
