import { createHash } from 'node:crypto'
import type { FunctionTool, ResponseCreateParamsStreaming, ResponseInputItem } from 'openai/resources/responses/responses'
import type { InputTokenCountParams } from 'openai/resources/responses/input-tokens'
import { canonical } from '../base/json.ts'
import type { AssistantMessage, Message, ModelRequest, ToolSpec } from './model.ts'

/** A request in the words of the Responses API. Nothing is stored there: the conversation is sent whole. */
export function responsesRequest(request: ModelRequest, provider: string): ResponseCreateParamsStreaming {
  return {
    model: request.model,
    stream: true,
    store: false,
    input: request.messages.flatMap((message) => itemsOf(message, provider)),
    max_output_tokens: request.maxOutputTokens,
    prompt_cache_key: cacheKey(request),
    ...(request.system === undefined || request.system === '' ? {} : { instructions: request.system }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
    ...(reasons(request.model) ? { include: ['reasoning.encrypted_content' as const] } : {}),
  }
}

/** The part of a request that has tokens. */
export function countRequest(request: ModelRequest, provider: string): InputTokenCountParams {
  const { model, input, instructions, tools } = responsesRequest(request, provider)
  return { ...(model === undefined ? {} : { model }), ...(input === undefined ? {} : { input }), ...(instructions === undefined ? {} : { instructions }), ...(tools === undefined ? {} : { tools }) }
}

/** Not strict: a strict schema may have no optional property. */
function toolOf({ name, description, input }: ToolSpec): FunctionTool {
  return { type: 'function', name, description, parameters: input, strict: false }
}

/** The same through a whole conversation, so that its requests meet in one cache. */
function cacheKey(request: ModelRequest): string {
  const first = request.messages.find((message) => message.role === 'user')?.text ?? ''
  const start = canonical([request.model, request.system ?? '', request.tools.map((tool) => tool.name), first])
  return createHash('sha256').update(start).digest('hex').slice(0, 32)
}

/** Models that don't reason refuse to be asked for their reasoning. */
function reasons(model: string): boolean {
  return !/^(ft:)?(gpt-3|gpt-4|chatgpt)|-chat\b/.test(model)
}

function itemsOf(message: Message, provider: string): ResponseInputItem[] {
  switch (message.role) {
    case 'user': return [{ role: 'user', content: message.text }]
    case 'assistant': return assistantItems(message, provider)
    case 'tool': return message.results.map((result) => ({ type: 'function_call_output', call_id: result.id, output: result.output }))
  }
}

function assistantItems(message: AssistantMessage, provider: string): ResponseInputItem[] {
  if (message.opaque?.provider === provider) return message.opaque.content as unknown as ResponseInputItem[]
  const calls = message.toolCalls.map(
    (call): ResponseInputItem => ({ type: 'function_call', call_id: call.id, name: call.name, arguments: call.text }),
  )
  return message.text === '' ? calls : [{ role: 'assistant', content: message.text }, ...calls]
}
