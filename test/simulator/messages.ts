import type { SimCall, SimEvent, SimReply, SimTurn, Speech } from './answer.ts'

interface Block {
  readonly type: string
  readonly text?: string
  readonly name?: string
  readonly content?: unknown
}

interface Body {
  readonly model: string
  readonly max_tokens: number
  readonly system?: readonly Block[] | string
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: readonly Block[] | string }[]
  readonly tools?: readonly { readonly name: string }[]
}

/** Anthropic's Messages API. */
export const MESSAGES: Speech = {
  path: '/v1/messages',
  end: '',
  ping: 'event: ping\ndata: {"type":"ping"}\n\n',
  read(raw) {
    const body = raw as unknown as Body
    const turns = body.messages.flatMap(({ role, content }) => turnsOf(role, blocksOf(content)))
    const task = turns.find((turn) => turn.role === 'user')?.text ?? ''
    const system = blocksOf(body.system ?? []).map((block) => block.text ?? '').join('')
    return { model: body.model, system, task, turns, tools: (body.tools ?? []).map((tool) => tool.name), maxOutputTokens: body.max_tokens }
  },
  events(request, reply, usage) {
    const input = { input_tokens: usage.input, cache_read_input_tokens: usage.cacheRead, cache_creation_input_tokens: usage.cacheWrite }
    const start = { id: `msg_${request.number}`, type: 'message', role: 'assistant', model: request.model, content: [], stop_reason: null }
    const message = { ...start, usage: { ...input, output_tokens: 1 } }
    const blocks = [
      ...(reply.thinking === undefined ? [] : [thinkingBlock(reply.thinking)]),
      ...(reply.text === undefined ? [] : [textBlock(reply.text)]),
      ...(reply.calls ?? []).map((call, index) => callBlock(call, `toolu_${request.number}_${index}`)),
    ]
    return [
      named({ type: 'message_start', message }),
      named({ type: 'ping' }),
      ...blocks.flatMap((events, index) => events.map((event) => named({ ...event, index }))),
      named({ type: 'message_delta', delta: { stop_reason: stopReason(reply) }, usage: { output_tokens: usage.output } }),
      named({ type: 'message_stop' }),
    ]
  },
  error: (code, message) => named({ type: 'error', error: { type: code, message } }),
}

/** Both forms are the vendor's. */
function blocksOf(content: readonly Block[] | string): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function turnsOf(role: 'user' | 'assistant', content: readonly Block[]): SimTurn[] {
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join('')
  const calls = content.flatMap((block) => (block.type === 'tool_use' ? [block.name ?? ''] : []))
  if (role === 'assistant') return [{ role, text, calls }]
  const outputs = content.filter((block) => block.type === 'tool_result').map((block) => String(block.content))
  const results = outputs.map((output): SimTurn => ({ role: 'tool', output }))
  return text === '' ? results : [...results, { role, text }]
}

function named(data: { readonly type: string; readonly [key: string]: unknown }): SimEvent {
  return { event: data.type, data }
}

type BlockEvent = { readonly type: string; readonly [key: string]: unknown }

function block(start: unknown, deltas: readonly unknown[]): BlockEvent[] {
  return [
    { type: 'content_block_start', content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', delta })),
    { type: 'content_block_stop' },
  ]
}

function textBlock(text: string): BlockEvent[] {
  return block({ type: 'text', text: '' }, halves(text).map((part) => ({ type: 'text_delta', text: part })))
}

function thinkingBlock(thinking: string): BlockEvent[] {
  const deltas = [{ type: 'thinking_delta', thinking }, { type: 'signature_delta', signature: 'c2lnbmVk' }]
  return block({ type: 'thinking', thinking: '', signature: '' }, deltas)
}

function callBlock(call: SimCall, id: string): BlockEvent[] {
  const json = typeof call.input === 'string' ? call.input : JSON.stringify(call.input)
  const deltas = halves(json).map((part) => ({ type: 'input_json_delta', partial_json: part }))
  return block({ type: 'tool_use', id, name: call.name, input: {} }, deltas)
}

export function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}

function stopReason(reply: SimReply): string {
  switch (reply.stop ?? (reply.calls ? 'tool-use' : 'end')) {
    case 'end': return 'end_turn'
    case 'tool-use': return 'tool_use'
    case 'max-tokens': return 'max_tokens'
    case 'refusal': return 'refusal'
  }
}
