import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import { CHAT } from '../../../src/proxy/chat.ts'
import { endpointOf, rootOf } from '../../../src/proxy/endpoint.ts'
import { GENERATE } from '../../../src/proxy/generate.ts'
import { MESSAGES } from '../../../src/proxy/messages.ts'
import type { Admitted, Protocol } from '../../../src/proxy/protocol.ts'
import { RESPONSES } from '../../../src/proxy/responses.ts'

const RULES = { model: undefined, maxOutputTokens: 500 }

function admitted(protocol: Protocol, body: JsonObject): Admitted {
  const result = protocol.admit({ model: 'm', ...body }, RULES)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

describe('what is sent on of a request', () => {
  it('has nothing in it that changes a price, reaches elsewhere or runs at the vendor', () => {
    const own = { name: 'edit', input_schema: {} }
    expect(admitted(MESSAGES, {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }] }], speed: 'fast', service_tier: 'auto', inference_geo: 'us',
      mcp_servers: [{ url: 'https://evil.example' }], container: 'c', tools: [own, { type: 'web_search_20250305', name: 'web_search' }, { type: 'bash_20250124', name: 'bash' }],
    }).body).toEqual({
      model: 'm', max_tokens: 500, messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] }],
      tools: [own, { type: 'bash_20250124', name: 'bash' }],
    })
    expect(admitted(RESPONSES, {
      input: [], store: true, service_tier: 'priority', background: true, tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }, { type: 'mcp', server_url: 'https://evil.example' }],
    }).body).toEqual({ model: 'm', max_output_tokens: 500, store: false, input: [], tools: [{ type: 'function', name: 'f' }] })
    expect(admitted(CHAT, { messages: [], n: 8, stream: true, stream_options: { include_usage: false }, max_tokens: 20, web_search_options: {} }).body)
      .toEqual({ model: 'm', max_tokens: 20, messages: [], stream: true, stream_options: { include_usage: true } })
    expect(admitted(GENERATE, { contents: [], generationConfig: { candidateCount: 8, temperature: 1 }, tools: [{ functionDeclarations: [], googleSearch: {} }, { codeExecution: {} }] }).body)
      .toEqual({ contents: [], generationConfig: { temperature: 1, maxOutputTokens: 500 }, tools: [{ functionDeclarations: [] }] })
  })

  it('is weighed by its bytes, a picture by what the largest one costs, and what only the vendor can weigh by a whole window', () => {
    const most = (protocol: Protocol, body: JsonObject): number => admitted(protocol, body).most.input
    const plain = most(MESSAGES, { messages: [{ role: 'user', content: 'a'.repeat(10_000) }] })
    expect(plain).toBeGreaterThan(10_000)
    expect(plain).toBeLessThan(20_000)
    const image = (source: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'image', source }] }] }] })
    expect(most(MESSAGES, image({ type: 'base64', data: 'aa' }))).toBeGreaterThan(32_768)
    for (const body of [image({ type: 'url', url: 'https://a.example' }), { messages: [{ content: [{ type: 'document', source: { type: 'base64', data: 'aa' } }] }] }]) expect(most(MESSAGES, body)).toBeGreaterThan(1_000_000)
    for (const part of [{ type: 'input_file', file_id: 'f' }, { type: 'input_image', image_url: 'https://a.example' }]) expect(most(RESPONSES, { input: [{ content: [part] }] })).toBeGreaterThan(1_000_000)
    expect(most(RESPONSES, { input: [{ content: [{ type: 'input_image', image_url: 'data:image/png;base64,aa' }] }] })).toBeLessThan(100_000)
    expect(most(CHAT, { messages: [{ content: [{ type: 'image_url', image_url: { url: 'https://a.example' } }] }] })).toBeGreaterThan(1_000_000)
    expect(most(GENERATE, { contents: [{ parts: [{ fileData: {} }] }] })).toBeGreaterThan(1_000_000)
  })

  it('never leaves what the vendor has stored to be looked up', () => {
    for (const key of ['previous_response_id', 'conversation', 'prompt']) expect(RESPONSES.admit({ model: 'm', input: [], [key]: 'x' }, RULES).ok).toBe(false)
    expect(GENERATE.admit({ model: 'm', contents: [], cachedContent: 'x' }, RULES).ok).toBe(false)
  })
})

describe('an answer in one piece', () => {
  it.each([
    ['messages', MESSAGES, { model: 'm', stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: 3 } }, { input: 5, output: 2, cacheRead: 3, cacheWrite: 0 }],
    ['responses', RESPONSES, { model: 'm', status: 'completed', output: [], usage: { input_tokens: 8, input_tokens_details: { cached_tokens: 3 }, output_tokens: 2 } }, { input: 5, output: 2, cacheRead: 3, cacheWrite: 0 }],
    ['chat', CHAT, { model: 'm', choices: [{ index: 0, finish_reason: 'stop' }], usage: { prompt_tokens: 8, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 3 } } }, { input: 5, output: 2, cacheRead: 3, cacheWrite: 0 }],
    ['generate', GENERATE, { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 8, cachedContentTokenCount: 3, candidatesTokenCount: 1, thoughtsTokenCount: 1 } }, { input: 5, output: 2, cacheRead: 3, cacheWrite: 0 }],
  ] as const)('of %s is read, and one that is no such answer tells nothing', (_name, protocol, whole, usage) => {
    const reader = protocol.createReader()
    reader.whole(whole)
    expect(reader.usage()).toEqual(usage)
    for (const strange of [null, 'text', [], {}, { usage: 5 }, { error: {} }]) {
      const other = protocol.createReader()
      try { other.whole(strange) } catch (error) { expect(error).toBeInstanceOf(TypeError) }
      expect(other.usage()).toBeUndefined()
    }
  })
})

describe('the address of a request', () => {
  it('stays below the provider’s base URL, and for Gemini below its own API', () => {
    expect(rootOf('anthropic', undefined)).toBe('https://api.anthropic.com')
    expect(rootOf('openai', 'http://localhost:1/v1/')).toBe('http://localhost:1/v1')
    for (const url of ['https://g.example/v1beta/openai/', 'https://g.example/v1beta', 'https://g.example']) expect(rootOf('gemini', url)).toBe('https://g.example')
    expect(endpointOf('openai', 'POST', new URL('http://localhost/v1/responses?x=1'), undefined)).toMatchObject({ path: '/responses' })
    expect(endpointOf('gemini', 'POST', new URL('http://localhost/v1beta/models/other:streamGenerateContent?alt=sse&key=k'), 'm')).toMatchObject({ path: '/v1beta/models/m:streamGenerateContent?alt=sse' })
    for (const path of ['/v1beta/models/m:streamGenerateContent', '/v1beta/models/m:batchGenerateContent', '/v1beta/files', '/upload/v1beta/files']) {
      expect(endpointOf('gemini', 'POST', new URL(`http://localhost${path}`), 'm')).toBeUndefined()
    }
  })
})
