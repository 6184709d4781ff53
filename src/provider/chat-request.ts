import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import type { AssistantMessage, Message, ModelRequest, ToolSpec } from './model.ts'

/** A request in the words of Chat Completions, kept to what every compatible server understands. */
export function chatRequest(request: ModelRequest, baseUrl: string): ChatCompletionCreateParamsStreaming {
  const system: ChatCompletionMessageParam[] = isEmpty(request.system) ? [] : [{ role: 'system', content: request.system ?? '' }]
  const limit = wantsNewName(baseUrl) ? { max_completion_tokens: request.maxOutputTokens } : { max_tokens: request.maxOutputTokens }
  return {
    model: request.model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [...system, ...request.messages.flatMap(messagesOf)],
    ...limit,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
  }
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === ''
}

function toolOf({ name, description, input }: ToolSpec): ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: input } }
}

/** OpenAI's own models refuse the old name of the limit; most others know only that one. */
function wantsNewName(baseUrl: string): boolean {
  return /^https:\/\/([^/]+\.)?(openai\.com|openai\.azure\.com|services\.ai\.azure\.com)(\/|$)/.test(baseUrl)
}

function messagesOf(message: Message): ChatCompletionMessageParam[] {
  switch (message.role) {
    case 'user': return [{ role: 'user', content: message.text }]
    case 'assistant': return assistantMessages(message)
    case 'tool': return message.results.map((result) => ({ role: 'tool', tool_call_id: result.id, content: result.output }))
  }
}

function assistantMessages(message: AssistantMessage): ChatCompletionMessageParam[] {
  if (message.toolCalls.length === 0) return message.text === '' ? [] : [{ role: 'assistant', content: message.text }]
  const calls = message.toolCalls.map(({ id, name, text }) => {
    return { id, type: 'function' as const, function: { name, arguments: text === '' ? '{}' : text } }
  })
  return [{ role: 'assistant', content: message.text === '' ? null : message.text, tool_calls: calls }]
}
