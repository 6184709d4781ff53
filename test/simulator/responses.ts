import type { SimCall, SimEvent, SimReply, SimTurn, SimUsage, Speech } from './answer.ts'
import { halves } from './messages.ts'

interface Item {
  readonly type?: string
  readonly role?: string
  readonly name?: string
  readonly content?: string | readonly { readonly text?: string }[]
  readonly output?: string
}

interface Body {
  readonly model: string
  readonly instructions?: string
  readonly input: readonly Item[]
  readonly tools?: readonly { readonly name: string }[]
  readonly max_output_tokens: number
}

/** OpenAI's Responses API. */
export const RESPONSES: Speech = {
  path: '/v1/responses',
  end: '',
  ping: ': keep-alive\n\n',
  read(raw) {
    const body = raw as unknown as Body
    const turns: SimTurn[] = []
    for (const item of body.input) readItem(item, turns)
    const task = turns.find((turn) => turn.role === 'user')?.text ?? ''
    const tools = (body.tools ?? []).map((tool) => tool.name)
    return { model: body.model, system: body.instructions ?? '', task, turns, tools, maxOutputTokens: body.max_output_tokens }
  },
  events(request, reply, usage) {
    const response = { id: `resp_${request.number}`, object: 'response', model: request.model, status: 'in_progress', output: [] }
    const items = outputItems(reply, request.number)
    const status = reply.stop === 'max-tokens' ? 'incomplete' : 'completed'
    const details = status === 'incomplete' ? { incomplete_details: { reason: 'max_output_tokens' } } : {}
    return [
      named({ type: 'response.created', response }),
      named({ type: 'response.in_progress', response }),
      ...items.flatMap((item, index) => itemEvents(item, index)),
      named({ type: `response.${status}`, response: { ...response, status, ...details, output: items, usage: usageOf(usage) } }),
    ]
  },
  error: (code, message) => named({ type: 'error', code, message }),
}

/** The model's message and its calls are items of their own here, but one turn. */
function readItem(item: Item, turns: SimTurn[]): void {
  const last = turns.at(-1)
  const text = typeof item.content === 'string' ? item.content : (item.content ?? []).map((part) => part.text ?? '').join('')
  if (item.type === 'function_call_output') turns.push({ role: 'tool', output: item.output ?? '' })
  else if (item.role === 'user') turns.push({ role: 'user', text })
  else if (item.role === 'developer') return
  else if (item.type !== 'reasoning') {
    const calls = item.type === 'function_call' ? [item.name ?? ''] : []
    if (last?.role === 'assistant') turns.splice(-1, 1, { role: 'assistant', text: last.text + text, calls: [...last.calls, ...calls] })
    else turns.push({ role: 'assistant', text, calls })
  }
}

type OutputItem = { readonly type: string; readonly id: string; readonly [key: string]: unknown }

function outputItems(reply: SimReply, number: number): OutputItem[] {
  const thought = { type: 'reasoning', id: `rs_${number}`, summary: [], encrypted_content: 'ZW5jcnlwdGVk', status: null }
  const said = { type: 'output_text', text: reply.text, annotations: [] }
  const part = reply.stop === 'refusal' ? { type: 'refusal', refusal: reply.text } : said
  const message = { type: 'message', id: `msg_${number}`, role: 'assistant', status: 'completed', content: [part] }
  return [
    ...(reply.thinking === undefined ? [] : [thought]),
    ...(reply.text === undefined ? [] : [message]),
    ...(reply.calls ?? []).map((call, index) => callItem(call, `${number}_${index}`)),
  ]
}

function callItem(call: SimCall, id: string): OutputItem {
  const text = typeof call.input === 'string' ? call.input : JSON.stringify(call.input)
  return { type: 'function_call', id: `fc_${id}`, call_id: `call_${id}`, name: call.name, arguments: text, status: 'completed' }
}

function itemEvents(item: OutputItem, index: number): SimEvent[] {
  const content = item['content'] as { readonly text?: string }[] | undefined
  const deltas = halves(content?.[0]?.text ?? '').map(
    (delta) => named({ type: 'response.output_text.delta', output_index: index, content_index: 0, delta }),
  )
  return [
    named({ type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress' } }),
    ...(content?.[0]?.text === undefined ? [] : deltas),
    named({ type: 'response.output_item.done', output_index: index, item }),
  ]
}

function usageOf(usage: Required<SimUsage>): unknown {
  const input = usage.input + usage.cacheRead + usage.cacheWrite
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + usage.output,
  }
}

function named(data: { readonly type: string; readonly [key: string]: unknown }): SimEvent {
  return { event: data.type, data }
}
