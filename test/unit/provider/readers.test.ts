import { describe, expect, it } from 'vitest'
import { createMessageReader } from '../../../src/provider/anthropic-reply.ts'
import { createChunkReader } from '../../../src/provider/chat-reply.ts'
import { createResponseReader } from '../../../src/provider/openai-reply.ts'

/** What servers send that the simulator, being a good one, does not. */
function read(reader: { read(event: never): boolean }, events: readonly unknown[]): boolean[] {
  return events.map((event) => reader.read(event as never))
}

describe('a streamed message', () => {
  it('without a reason to stop is none, although it ended', () => {
    const reader = createMessageReader(() => {})
    const start = { type: 'message_start', message: { model: 'm', usage: { input_tokens: 5, output_tokens: 1 } } }
    expect(read(reader, [start, { type: 'message_stop' }])).toEqual([false, true])
    expect(reader.reply('p', undefined)).toBeUndefined()
  })

  it('may correct its counts at the end, and has kinds of blocks that are passed over', () => {
    const reader = createMessageReader(() => {})
    read(reader, [
      { type: 'message_start', message: { model: 'm', usage: { input_tokens: 5, cache_read_input_tokens: 9, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: 'so' } },
      {
        type: 'message_delta', delta: { stop_reason: 'model_context_window_exceeded' },
        usage: { input_tokens: 6, cache_read_input_tokens: null, output_tokens: 8 },
      },
      { type: 'message_stop' },
    ])
    expect(reader.reply('p', 'r')).toEqual({
      message: { role: 'assistant', text: 'so', toolCalls: [] }, stop: 'max-tokens',
      usage: { input: 6, output: 8, cacheRead: 9, cacheWrite: 0 }, model: 'm', requestId: 'r',
    })
  })
})

describe('a streamed response', () => {
  it('that failed tells its own reason', () => {
    const reader = createResponseReader(() => {})
    read(reader, [{ type: 'response.failed', response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } } }])
    expect(reader.heard('p', undefined)).toEqual({ fault: { code: 'rate_limit_exceeded', message: 'slow' } })
  })

  it('whose items came only at the end is whole, with a usage that may be missing', () => {
    const reader = createResponseReader(() => {})
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }]
    expect(read(reader, [{ type: 'response.completed', response: { status: 'completed', model: 'm', output } }])).toEqual([true])
    expect(reader.heard('p', undefined)).toEqual({
      reply: {
        message: { role: 'assistant', text: 'hi', toolCalls: [] }, stop: 'end',
        usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, model: 'm', requestId: undefined,
      },
    })
  })
})

describe('a streamed completion', () => {
  it('of a server that knows no indexes and says `stop` where it calls tools', () => {
    const reader = createChunkReader(() => {})
    const call = (id: string | undefined, name: string | undefined, text: string): unknown => ({
      choices: [{ delta: { tool_calls: [{ id, function: { name, arguments: text } }] } }],
    })
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], model: 'm' }
    read(reader, [call('a', 'one', '{"x":1}'), call('b', 'two', '{}'), last])
    expect(reader.reply(undefined)).toMatchObject({
      stop: 'tool-use', model: 'm',
      message: { toolCalls: [{ id: 'a', name: 'one', input: { x: 1 }, text: '{"x":1}' }, { id: 'b', name: 'two', input: {}, text: '{}' }] },
    })
  })

  it('of a server that gives its calls no ids', () => {
    const reader = createChunkReader(() => {})
    const part = (index: number, name: string): unknown => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, function: { name, arguments: '{}' } }] } }],
    })
    read(reader, [part(0, 'one'), part(1, 'two'), { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }])
    expect(reader.reply(undefined)?.message.toolCalls.map((call) => call.id)).toEqual(['call_0', 'call_1'])
  })
})
