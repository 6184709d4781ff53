import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import { createMessageReader } from '../provider/anthropic-reply.ts'
import { capped, mostTokens, onlyKeys, textOf } from './measure.ts'
import type { Parts } from './measure.ts'
import type { Protocol } from './protocol.ts'

/** Left out are `service_tier`, `speed` and `inference_geo`, which change prices, and `mcp_servers` and `container`, which reach out. */
const KEYS = [
  'model', 'messages', 'system', 'tools', 'tool_choice', 'max_tokens', 'stream', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'thinking',
  'metadata', 'context_management', 'output_config', 'output_format',
]

/** Tools that the program runs itself; what the vendor runs has a price for each use. */
const OWN_TOOL = /^(custom$|(bash|text_editor|computer|memory)_|tool_search_tool_)/

const PARTS: Parts = {
  isPicture: ({ type, source }) => type === 'image' && isObject(source) && source['type'] === 'base64',
  isUnknown: ({ type, source }) => {
    if (type === 'document') return !isObject(source) || source['type'] !== 'text'
    return type === 'container_upload' || (type === 'image' && (!isObject(source) || source['type'] !== 'base64'))
  },
}

/** Anthropic's Messages API. */
export const MESSAGES: Protocol = {
  counting: { path: '/count_tokens', keys: ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'] },
  admit(asked, rules) {
    const model = rules.model ?? textOf(asked['model'])
    if (model === undefined) return err('`model` is missing')
    const body = withShortCache(onlyKeys(asked, KEYS)) as Record<string, Json>
    const tools = asked['tools']
    if (Array.isArray(tools)) body['tools'] = (body['tools'] as readonly Json[]).filter(isOwnTool)
    const output = capped(asked['max_tokens'], rules.maxOutputTokens)
    const sent = { ...body, model, max_tokens: output, ...thinkingWithin(body['thinking'], output) }
    return ok({ body: sent, model, most: { input: mostTokens(sent, PARTS), output } })
  },
  createReader() {
    const reader = createMessageReader(() => {})
    return {
      event: (value) => isObject(value) && typeof value['type'] === 'string' && reader.read(value as unknown as RawMessageStreamEvent),
      whole(value) {
        if (!isObject(value)) return
        const events = [
          { type: 'message_start', message: value },
          { type: 'message_delta', delta: { stop_reason: value['stop_reason'] }, usage: value['usage'] },
          { type: 'message_stop' },
        ]
        for (const event of events) reader.read(event as unknown as RawMessageStreamEvent)
      },
      usage: () => reader.reply('', undefined)?.usage,
    }
  },
}

function isOwnTool(tool: Json): boolean {
  if (!isObject(tool)) return false
  const type = tool['type'] ?? 'custom'
  return typeof type === 'string' && OWN_TOOL.test(type)
}

/** What is kept for an hour costs more to write than the price that is held. */
function withShortCache(value: Json): Json {
  if (Array.isArray(value)) return value.map(withShortCache)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => {
    return [key, key === 'cache_control' && isObject(item) ? { type: 'ephemeral' } : withShortCache(item)]
  }))
}

/** Thought must leave room for an answer. */
function thinkingWithin(thinking: Json | undefined, output: number): { readonly thinking?: Json } {
  if (!isObject(thinking)) return {}
  const budget = thinking['budget_tokens']
  return typeof budget === 'number' && budget >= output ? { thinking: { ...(thinking), budget_tokens: Math.max(1_024, output - 1) } } : {}
}
