import { describe, expect, it } from 'vitest'
import type { AssistantMessage, ModelReply, ModelRequest } from '../../../src/provider/model.ts'
import type { Protocol, SimAnswer, SimReply, SimRequest } from '../../simulator/answer.ts'
import { createRig, KEY, neverAborted, PROTOCOLS, REQUEST } from './rig.ts'

const USAGE = { input: 1000, output: 50, cacheRead: 700, cacheWrite: 30 }
const READ = { name: 'read_file', input: { path: 'a.ts' } }

async function reply(
  protocol: Protocol, answer: SimReply, request = REQUEST,
): Promise<{ reply: ModelReply; asked: SimRequest; texts: string[] }> {
  await using rig = await createRig(protocol, () => ({ usage: USAGE, ...answer }))
  const texts: string[] = []
  const result = await rig.provider.call(request, { signal: neverAborted(), onText: (delta) => texts.push(delta) })
  if (!result.ok) throw new Error(result.error.message)
  const asked = rig.simulator.log[0]?.request
  if (asked === undefined) throw new Error('nothing was asked')
  return { reply: result.value, asked, texts }
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  it('a text comes in parts and is returned whole, with its usage in three parts that do not overlap', async () => {
    const { reply: answer, texts } = await reply(
      protocol, { text: 'All is well.', headers: { 'request-id': 'req_1', 'x-request-id': 'req_1' } },
    )
    expect(answer).toEqual({
      message: { role: 'assistant', text: 'All is well.', toolCalls: [] },
      stop: 'end', usage: USAGE, model: 'some-model', requestId: 'req_1',
    })
    expect(texts).toEqual(['All is', ' well.'])
  })

  it('several tools are called at once, one of them without arguments and one with broken ones', async () => {
    const calls = [READ, { name: 'list', input: '' }, { name: 'bad', input: '{"path": "a' }, { name: 'odd', input: '[1]' }]
    const { reply: answer } = await reply(protocol, { text: 'Let me look.', calls })
    expect(answer.stop).toBe('tool-use')
    expect(answer.message.toolCalls).toEqual([
      { id: expect.any(String) as string, name: 'read_file', input: { path: 'a.ts' }, text: '{"path":"a.ts"}' },
      { id: expect.any(String) as string, name: 'list', input: {}, text: '' },
      { id: expect.any(String) as string, name: 'bad', input: undefined, text: '{"path": "a' },
      { id: expect.any(String) as string, name: 'odd', input: undefined, text: '[1]' },
    ])
    expect(new Set(answer.message.toolCalls.map((call) => call.id)).size).toBe(4)
  })

  it('an answer that was cut by the limit and a refusal are told from a whole one', async () => {
    expect((await reply(protocol, { text: 'and then', stop: 'max-tokens' })).reply.stop).toBe('max-tokens')
    expect((await reply(protocol, { text: 'I will not.', stop: 'refusal' })).reply.stop).toBe('refusal')
  })

  it('a whole conversation arrives turn by turn, with results before what the user adds', async () => {
    const assistant: AssistantMessage = {
      role: 'assistant', text: '', toolCalls: [
        { id: 'a1', name: 'read_file', input: { path: 'x' }, text: '{"path":"x"}' }, { id: 'a2', name: 'bad', input: undefined, text: '{' },
      ],
    }
    const request: ModelRequest = {
      ...REQUEST,
      messages: [
        { role: 'user', text: 'Fix it.' }, assistant,
        {
          role: 'tool', results: [
            { id: 'a1', name: 'read_file', output: 'content', isError: false }, { id: 'a2', name: 'bad', output: 'no JSON', isError: true },
          ],
        },
        { role: 'user', text: 'Go on.' }, { role: 'assistant', text: 'Done.', toolCalls: [] }, { role: 'user', text: 'The check failed.' },
      ],
    }
    const { asked } = await reply(protocol, { text: 'ok' }, request)
    expect(asked).toMatchObject({
      model: 'some-model', system: 'You fix things.', task: 'Fix it.', tools: ['read_file'], maxOutputTokens: 1000, answers: 2,
    })
    expect(asked.turns).toEqual([
      { role: 'user', text: 'Fix it.' }, { role: 'assistant', text: '', calls: ['read_file', 'bad'] },
      { role: 'tool', output: 'content' }, { role: 'tool', output: 'no JSON' }, { role: 'user', text: 'Go on.' },
      { role: 'assistant', text: 'Done.', calls: [] }, { role: 'user', text: 'The check failed.' },
    ])
  })

  it('the key goes into one header and nowhere else, and custom headers come along', async () => {
    await using rig = await createRig(protocol, () => ({ text: 'ok' }), { headers: { 'x-team': 'blue' } })
    await rig.provider.call({ ...REQUEST, temperature: 0.2 }, { signal: neverAborted() })
    const asked = rig.simulator.log[0]?.request
    expect(asked?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': 'blue' })
    expect(JSON.stringify(asked?.body)).not.toContain(KEY)
    expect(asked?.body['temperature']).toBe(0.2)
  })

  it('calls after one another use a connection again', async () => {
    const ports = new Set<unknown>()
    await using rig = await createRig(protocol, () => ({ text: 'ok' }))
    for (let call = 0; call < 6; call += 1) {
      const result = await rig.provider.call(REQUEST, { signal: neverAborted() })
      expect(result.ok).toBe(true)
      ports.add(rig.simulator.log.at(-1)?.connection)
    }
    expect(ports.size).toBeLessThan(3)
  })
})

describe.each(['messages', 'responses'] as const)('over %s', (protocol) => {
  it('thinking is passed back as it came, and only to the provider that it came from', async () => {
    const thinking: SimAnswer = { thinking: 'Hmm.', text: 'I look.', calls: [READ], usage: USAGE }
    const { reply: first } = await reply(protocol, thinking)
    const request = (message: AssistantMessage): ModelRequest => ({
      ...REQUEST,
      messages: [
        { role: 'user', text: 'Fix it.' }, message,
        { role: 'tool', results: [{ id: first.message.toolCalls[0]?.id ?? '', name: 'read_file', output: 'x', isError: false }] },
      ],
    })
    const before = structuredClone(first.message)
    const { asked } = await reply(protocol, { text: 'ok' }, request(first.message))
    const more: AssistantMessage = { role: 'assistant', text: 'More.', toolCalls: [] }
    await reply(protocol, { text: 'ok' }, { ...REQUEST, messages: [...REQUEST.messages, first.message, more, ...REQUEST.messages] })
    expect(first.message).toEqual(before)
    const sent = JSON.stringify(asked.body)
    expect(sent).toContain(protocol === 'messages' ? '"signature":"c2lnbmVk"' : '"encrypted_content":"ZW5jcnlwdGVk"')
    expect(sent).not.toContain('"status":null')
    expect(asked.turns[1]).toEqual({ role: 'assistant', text: 'I look.', calls: ['read_file'] })
    const stranger = { ...first.message, opaque: { provider: 'other', content: first.message.opaque?.content ?? null } }
    const { asked: elsewhere } = await reply(protocol, { text: 'ok' }, request(stranger))
    expect(JSON.stringify(elsewhere.body)).not.toMatch(/signature|encrypted_content":/)
    expect(elsewhere.turns[1]).toEqual({ role: 'assistant', text: 'I look.', calls: ['read_file'] })
  })
})

describe('in the words of Messages', () => {
  it('tools, instructions and the end of the conversation are marked for the cache, and no block is empty', async () => {
    const messages: ModelRequest['messages'] = [
      { role: 'user', text: 'Fix it.' }, { role: 'assistant', text: ' ', toolCalls: [{ id: 'a', name: 'read_file', input: {}, text: '' }] },
      { role: 'tool', results: [{ id: 'a', name: 'read_file', output: '', isError: true }] },
    ]
    const { asked } = await reply('messages', { text: 'ok' }, { ...REQUEST, messages })
    const CACHED = { cache_control: { type: 'ephemeral' } }
    expect(asked.body).toEqual({
      model: 'some-model', max_tokens: 1000, stream: true,
      system: [{ type: 'text', text: 'You fix things.', ...CACHED }],
      tools: [{ name: 'read_file', description: 'Reads a file.', input_schema: REQUEST.tools[0]?.input, ...CACHED }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Fix it.' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'read_file', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '(no output)', is_error: true, ...CACHED }] },
      ],
    })
  })
})

describe('in the words of Responses', () => {
  it('nothing is stored, and a conversation keeps one cache key', async () => {
    const { asked } = await reply('responses', { text: 'ok' })
    const { asked: later } = await reply(
      'responses', { text: 'ok' }, {
        ...REQUEST, messages: [...REQUEST.messages, { role: 'assistant', text: 'Done.', toolCalls: [] }, { role: 'user', text: 'Go on.' }],
      },
    )
    expect(asked.body).toMatchObject({ store: false, stream: true, max_output_tokens: 1000, include: ['reasoning.encrypted_content'] })
    expect(later.body['prompt_cache_key']).toBe(asked.body['prompt_cache_key'])
    const { asked: other } = await reply('responses', { text: 'ok' }, { ...REQUEST, model: 'gpt-4.1' })
    expect(other.body['prompt_cache_key']).not.toBe(asked.body['prompt_cache_key'])
    expect(other.body).not.toHaveProperty('include')
  })
})

describe('in the words of Chat Completions', () => {
  it('usage is asked for, and a server without a key gets no credential', async () => {
    await using rig = await createRig('chat', () => ({ text: 'ok' }), { key: undefined })
    expect((await rig.provider.call(REQUEST, { signal: neverAborted() })).ok).toBe(true)
    const asked = rig.simulator.log[0]?.request
    expect(asked?.headers).not.toHaveProperty('authorization')
    expect(asked?.body).toMatchObject({ stream_options: { include_usage: true }, max_tokens: 1000 })
  })

  it('an answer that was whole before its usage was lost is an answer without usage', async () => {
    await using rig = await createRig('chat', () => ({ text: 'Done.', fault: { kind: 'cut', after: 4 } }))
    const result = await rig.provider.call(REQUEST, { signal: neverAborted() })
    expect(result).toMatchObject({
      ok: true, value: { message: { text: 'Done.' }, stop: 'end', usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } },
    })
  })
})
