import type {
  ContentBlockParam, MessageCountTokensParams, MessageCreateParamsStreaming, MessageParam, TextBlockParam, Tool,
} from '@anthropic-ai/sdk/resources/messages'
import type { AssistantMessage, Message, ModelRequest, ToolResult } from './model.ts'

/** Marks the end of what the next request will begin with too: tools, instructions, and the conversation so far. */
const CACHED = { cache_control: { type: 'ephemeral' } } as const

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: ContentBlockParam[]
}

/** A request in the words of the Messages API; `provider` says whose opaque content may be sent back. */
export function messagesRequest(request: ModelRequest, provider: string): MessageCreateParamsStreaming {
  const tools = request.tools.map(
    ({ name, description, input }): Tool => ({ name, description, input_schema: input as Tool['input_schema'] }),
  )
  const body: MessageCreateParamsStreaming = {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    stream: true,
    messages: cachedTurns(mergedTurns(request.messages, provider)),
    ...(tools.length > 0 ? { tools: cachedTools(tools) } : {}),
    ...(isBlank(request.system) ? {} : { system: [{ ...textBlock(request.system ?? ''), ...CACHED }] }),
  }
  // Only models before the fifth generation take it, which is why the SDK's type has it no more.
  return request.temperature === undefined ? body : Object.assign(body, { temperature: request.temperature })
}

/** The part of a request that has tokens. */
export function countRequest(request: ModelRequest, provider: string): MessageCountTokensParams {
  const { model, messages, tools, system } = messagesRequest(request, provider)
  return { model, messages, ...(tools === undefined ? {} : { tools }), ...(system === undefined ? {} : { system }) }
}

/** Turns must alternate, and a block must not be empty. */
function mergedTurns(messages: readonly Message[], provider: string): Turn[] {
  const turns: Turn[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = blocksOf(message, provider)
    if (content.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content: [...content] })
  }
  return turns
}

function blocksOf(message: Message, provider: string): ContentBlockParam[] {
  switch (message.role) {
    case 'user': return isBlank(message.text) ? [] : [textBlock(message.text)]
    case 'assistant': return assistantBlocks(message, provider)
    case 'tool': return message.results.map(resultBlock)
  }
}

function assistantBlocks(message: AssistantMessage, provider: string): ContentBlockParam[] {
  if (message.opaque?.provider === provider) return message.opaque.content as unknown as ContentBlockParam[]
  const calls = message.toolCalls.map(
    (call): ContentBlockParam => ({ type: 'tool_use', id: call.id, name: call.name, input: call.input ?? {} }),
  )
  return isBlank(message.text) ? calls : [textBlock(message.text), ...calls]
}

function resultBlock(result: ToolResult): ContentBlockParam {
  const content = isBlank(result.output) ? '(no output)' : result.output
  return { type: 'tool_result', tool_use_id: result.id, content, ...(result.isError ? { is_error: true } : {}) }
}

function textBlock(text: string): TextBlockParam {
  return { type: 'text', text }
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}

function cachedTools(tools: readonly Tool[]): Tool[] {
  return tools.map((tool, index) => (index === tools.length - 1 ? { ...tool, ...CACHED } : tool))
}

/** Thinking takes no mark; a conversation that ends with it has none. */
function cachedTurns(turns: readonly Turn[]): MessageParam[] {
  return turns.map((turn, index) => {
    const end = turn.content.at(-1)
    if (index < turns.length - 1 || end === undefined || end.type === 'thinking' || end.type === 'redacted_thinking') return turn
    return { role: turn.role, content: [...turn.content.slice(0, -1), { ...end, ...CACHED }] }
  })
}
