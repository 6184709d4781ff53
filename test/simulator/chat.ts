import type { SimCall, SimReply, SimTurn, SimUsage, Speech } from './answer.ts'
import { halves } from './messages.ts'

interface Message {
  readonly role: string
  readonly content?: string | null
  readonly tool_calls?: readonly { readonly function: { readonly name: string } }[]
}

interface Body {
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

/** Chat Completions. */
export const CHAT: Speech = {
  path: '/v1/chat/completions',
  end: 'data: [DONE]\n\n',
  ping: ': keep-alive\n\n',
  read(raw) {
    const body = raw as unknown as Body
    const said = (role: string): string => body.messages.find((message) => message.role === role)?.content ?? ''
    return {
      model: body.model,
      system: said('system'),
      task: said('user'),
      turns: body.messages.flatMap(turnOf),
      tools: (body.tools ?? []).map((tool) => tool.function.name),
      maxOutputTokens: body.max_tokens ?? body.max_completion_tokens ?? 0,
    }
  },
  events(request, reply, usage) {
    const chunk = (choices: unknown[], extra: object = {}): { readonly data: unknown } => ({
      data: { id: `chatcmpl-${request.number}`, object: 'chat.completion.chunk', model: request.model, choices, ...extra },
    })
    const delta = (delta: object, finish: string | null = null): { readonly data: unknown } => {
      return chunk([{ index: 0, delta, finish_reason: finish }])
    }
    return [
      delta({ role: 'assistant', content: '' }),
      ...(reply.text === undefined ? [] : halves(reply.text).map((content) => delta({ content }))),
      ...(reply.calls ?? []).flatMap((call, index) => callDeltas(call, index, request.number).map((part) => delta({ tool_calls: [part] }))),
      delta({}, finishReason(reply)),
      chunk([], { usage: usageOf(usage) }),
    ]
  },
  error: (code, message) => ({ data: { error: { code, message } } }),
}

function turnOf(message: Message): SimTurn[] {
  const text = message.content ?? ''
  if (message.role === 'user') return [{ role: 'user', text }]
  if (message.role === 'tool') return [{ role: 'tool', output: text }]
  const calls = (message.tool_calls ?? []).map((call) => call.function.name)
  return message.role === 'assistant' ? [{ role: 'assistant', text, calls }] : []
}

function callDeltas(call: SimCall, index: number, number: number): unknown[] {
  const [head, tail] = halves(typeof call.input === 'string' ? call.input : JSON.stringify(call.input))
  const first = { index, id: `call_${number}_${index}`, type: 'function', function: { name: call.name, arguments: head } }
  return [first, { index, function: { arguments: tail } }]
}

function finishReason(reply: SimReply): string {
  switch (reply.stop ?? (reply.calls ? 'tool-use' : 'end')) {
    case 'end': return 'stop'
    case 'tool-use': return 'tool_calls'
    case 'max-tokens': return 'length'
    case 'refusal': return 'content_filter'
  }
}

function usageOf(usage: Required<SimUsage>): unknown {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  const details = { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite }
  return { prompt_tokens: prompt, completion_tokens: usage.output, total_tokens: prompt + usage.output, prompt_tokens_details: details }
}
