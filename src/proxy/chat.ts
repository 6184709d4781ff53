import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import { createChunkReader } from '../provider/chat-reply.ts'
import { capped, mostTokens, onlyKeys, textOf } from './measure.ts'
import type { Parts } from './measure.ts'
import type { Protocol } from './protocol.ts'

/** Left out are `n`, which multiplies the answer, `service_tier`, and what the vendor's own search would cost. */
const KEYS = [
  'model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'stream', 'temperature', 'top_p', 'stop', 'response_format', 'reasoning_effort',
  'frequency_penalty', 'presence_penalty', 'seed', 'user', 'metadata', 'prompt_cache_key', 'verbosity',
]

const PARTS: Parts = {
  isPicture: ({ type, image_url }) => type === 'image_url' && isInline(image_url),
  isUnknown: ({ type, image_url }) => (type === 'image_url' && !isInline(image_url)) || type === 'file' || type === 'input_audio',
}

/** Chat Completions. */
export const CHAT: Protocol = {
  admit(asked, rules) {
    const model = rules.model ?? textOf(asked['model'])
    if (model === undefined) return err('`model` is missing')
    const body = onlyKeys(asked, KEYS)
    if (Array.isArray(body['tools'])) body['tools'] = (body['tools'] as readonly Json[]).filter((tool) => isObject(tool) && (tool['type'] === 'function' || tool['type'] === 'custom'))
    const output = capped(asked['max_completion_tokens'] ?? asked['max_tokens'], rules.maxOutputTokens)
    const limit = asked['max_completion_tokens'] === undefined && asked['max_tokens'] !== undefined ? { max_tokens: output } : { max_completion_tokens: output }
    const sent = { ...body, model, ...limit, ...(body['stream'] === true ? { stream_options: { include_usage: true } } : {}) }
    return ok({ body: sent, model, most: { input: mostTokens(sent, PARTS), output } })
  },
  createReader() {
    const reader = createChunkReader(() => {})
    let isCounted = false
    const read = (chunk: unknown): boolean => {
      if (!isObject(chunk)) return false
      isCounted ||= isObject(chunk['usage'])
      return reader.read(chunk as unknown as ChatCompletionChunk)
    }
    return {
      event: read,
      whole(value) {
        const choices = isObject(value) && Array.isArray(value['choices']) ? (value['choices'] as unknown[]) : []
        const finish = choices.map((choice) => (isObject(choice) ? choice['finish_reason'] : null))
        if (isObject(value)) read({ model: value['model'], usage: value['usage'], choices: finish.map((reason) => ({ index: 0, delta: {}, finish_reason: reason })) })
      },
      usage: () => (isCounted ? reader.reply(undefined)?.usage : undefined),
    }
  },
}

function isInline(image: Json | undefined): boolean {
  return isObject(image) && typeof image['url'] === 'string' && image['url'].startsWith('data:')
}
