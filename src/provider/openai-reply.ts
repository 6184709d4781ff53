import type { Response, ResponseOutputItem, ResponseStreamEvent, ResponseUsage } from 'openai/resources/responses/responses'
import type { Json } from '../base/json.ts'
import type { Heard } from './exchange.ts'
import { NO_USAGE } from './model.ts'
import type { ModelReply, StopReason, Usage } from './model.ts'
import { toolCall } from './tool-input.ts'

/** Gathers the events of one streamed response; there is a reply only after `response.completed` or `response.incomplete`. */
export interface ResponseReader {
  /** True with the last event. */
  read(event: ResponseStreamEvent): boolean
  heard(provider: string, requestId: string | undefined): Heard
}

export function createResponseReader(onText: (delta: string) => void): ResponseReader {
  const items = new Map<number, ResponseOutputItem>()
  let last: Response | undefined
  return {
    read(event) {
      if (event.type === 'response.output_text.delta') onText(event.delta)
      if (event.type === 'response.output_item.done') items.set(event.output_index, event.item)
      if (event.type === 'response.completed' || event.type === 'response.incomplete') last = event.response
      if (event.type === 'response.failed') last = event.response
      return last !== undefined
    },
    heard(provider, requestId) {
      if (last === undefined) return undefined
      if (last.status === 'failed') return { fault: { code: last.error?.code, message: last.error?.message } }
      // The done items are whole; those of the last event may lack their encrypted part.
      const output = items.size > 0 ? [...items].sort(([a], [b]) => a - b).map(([, item]) => item) : (last.output ?? [])
      const message = assistantMessage(output, provider)
      return { reply: { message, stop: stopReason(last, output), usage: counted(last.usage), model: last.model, requestId } }
    },
  }
}

function assistantMessage(output: readonly ResponseOutputItem[], provider: string): ModelReply['message'] {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join('')
  const toolCalls = output.flatMap((item) => (item.type === 'function_call' ? [toolCall(item.call_id, item.name, item.arguments)] : []))
  const reasoned = output.some((item) => item.type === 'reasoning')
  return { role: 'assistant', text, toolCalls, ...(reasoned ? { opaque: { provider, content: output.map(sentBack) } } : {}) }
}

/** Fields that are null in an answer are refused in a request. */
function sentBack(item: ResponseOutputItem): Json {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined))
}

function stopReason(response: Response, output: readonly ResponseOutputItem[]): StopReason {
  if (response.status === 'incomplete') return response.incomplete_details?.reason === 'content_filter' ? 'refusal' : 'max-tokens'
  if (output.some((item) => item.type === 'function_call')) return 'tool-use'
  return output.some((item) => item.type === 'message' && item.content.some((part) => part.type === 'refusal')) ? 'refusal' : 'end'
}

/** Here the input's total holds what was read from the cache and what was written to it. */
function counted(usage: ResponseUsage | null | undefined): Usage {
  if (usage === null || usage === undefined) return NO_USAGE
  const cacheRead = usage.input_tokens_details?.cached_tokens ?? 0
  const cacheWrite = usage.input_tokens_details?.cache_write_tokens ?? 0
  return { input: Math.max(0, usage.input_tokens - cacheRead - cacheWrite), output: usage.output_tokens, cacheRead, cacheWrite }
}
