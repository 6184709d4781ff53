import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import { createResponseReader } from '../provider/openai-reply.ts'
import { capped, mostTokens, onlyKeys, textOf } from './measure.ts'
import type { Parts } from './measure.ts'
import type { Protocol } from './protocol.ts'

/** Left out are `service_tier` and `background`, which change prices, and what the vendor would have to look up. */
const KEYS = [
  'model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'reasoning', 'include', 'prompt_cache_key', 'text', 'stream',
  'stream_options', 'temperature', 'top_p', 'top_logprobs', 'metadata', 'client_metadata', 'truncation', 'user', 'safety_identifier', 'max_tool_calls',
]

const STORED = ['previous_response_id', 'conversation', 'prompt'] as const

/** Tools that the program runs itself; what the vendor runs has a price for each use. */
const OWN_TOOLS = new Set(['function', 'custom', 'local_shell', 'apply_patch', 'namespace', 'tool_search'])

const PARTS: Parts = {
  isPicture: ({ type, image_url }) => type === 'input_image' && typeof image_url === 'string' && image_url.startsWith('data:'),
  isUnknown: ({ type, image_url }) => {
    if (type === 'input_image') return typeof image_url !== 'string' || !image_url.startsWith('data:')
    return type === 'input_file' || type === 'item_reference' || type === 'input_audio'
  },
}

/** OpenAI's Responses API. */
export const RESPONSES: Protocol = {
  counting: { path: '/input_tokens', keys: ['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'reasoning', 'text', 'truncation'] },
  admit(asked, rules) {
    const model = rules.model ?? textOf(asked['model'])
    if (model === undefined) return err('`model` is missing')
    const stored = STORED.find((key) => asked[key] !== undefined && asked[key] !== null)
    if (stored !== undefined) return err(`\`${stored}\` is not let through: what the provider has stored cannot be weighed`)
    const body = onlyKeys(asked, KEYS)
    if (Array.isArray(body['tools'])) body['tools'] = (body['tools'] as readonly Json[]).filter(isOwnTool)
    const output = capped(asked['max_output_tokens'], rules.maxOutputTokens)
    const sent = { ...body, model, store: false, max_output_tokens: output }
    return ok({ body: sent, model, most: { input: mostTokens(sent, PARTS), output } })
  },
  createReader() {
    const reader = createResponseReader(() => {})
    return {
      event: (value) => isObject(value) && typeof value['type'] === 'string' && reader.read(value as unknown as ResponseStreamEvent),
      whole(value) {
        if (isObject(value) && isObject(value['usage'])) reader.read({ type: 'response.completed', response: value as unknown as Response } as ResponseStreamEvent)
      },
      usage() {
        const heard = reader.heard('', undefined)
        return heard !== undefined && 'reply' in heard ? heard.reply.usage : undefined
      },
    }
  },
}

function isOwnTool(tool: Json): boolean {
  return isObject(tool) && typeof tool['type'] === 'string' && OWN_TOOLS.has(tool['type'])
}
