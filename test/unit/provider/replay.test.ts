import { describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import type { CallSlot, Message, ModelReply, ModelRequest, Provider } from '../../../src/provider/model.ts'
import { createRecorder } from '../../../src/provider/record.ts'
import { recordingFile } from '../../../src/provider/recording.ts'
import { createReplay } from '../../../src/provider/replay.ts'
import type { SimReply } from '../../simulator/answer.ts'
import { failure, scripted } from './fake-provider.ts'
import { createMemoryFiles } from './memory-files.ts'
import { createRig, KEY, neverAborted, PROTOCOLS, REQUEST } from './rig.ts'

const redact = (text: string): string => text.replaceAll(KEY, '***')
const TURNS: readonly SimReply[] = [
  {
    text: 'I look.', thinking: 'Hm.',
    calls: [{ name: 'read_file', input: { path: 'a.ts' } }, { name: 'read_file', input: '{"pa' }],
    usage: { input: 10, output: 2, cacheRead: 3, cacheWrite: 4 },
  },
  { text: `Done, and the key is ${KEY}.`, usage: { input: 20, output: 5 } },
]

/** Two turns of a conversation, as an agent would have them; `output` is what the tool gives. */
async function converse(
  provider: Provider, output: string, change: Partial<ModelRequest> = {}, node = 'fix',
): Promise<{ replies: ModelReply[]; texts: string[]; error: string | undefined }> {
  const replies: ModelReply[] = []
  const texts: string[] = []
  const messages: Message[] = [...(change.messages ?? [{ role: 'user' as const, text: `Fix it, ${KEY}.` }])]
  for (let call = 0; call < TURNS.length; call += 1) {
    const slot: CallSlot = { node, attempt: 1, call }
    const result = await provider.call(
      { ...REQUEST, ...change, messages }, { signal: neverAborted(), slot, onText: (delta) => texts.push(delta) },
    )
    if (!result.ok) return { replies, texts, error: result.error.message }
    replies.push(result.value)
    const results = result.value.message.toolCalls.map(({ id, name }) => ({ id, name, output, isError: false }))
    messages.push(result.value.message, { role: 'tool', results })
  }
  return { replies, texts, error: undefined }
}

async function recorded(protocol: (typeof PROTOCOLS)[number] = 'messages'): Promise<{
  files: ReturnType<typeof createMemoryFiles>
  replies: ModelReply[]
}> {
  const files = createMemoryFiles()
  await using rig = await createRig(protocol, (request) => TURNS[request.answers] ?? { status: 500, body: {} })
  const { replies } = await converse(createRecorder('/rec', redact, files.files).wrap(rig.provider), 'what was in it')
  return { files, replies }
}

describe.each(PROTOCOLS)('a recording over %s', (protocol) => {
  it('is played back without key and network: the same words, the same tools, the same usage', async () => {
    const { files, replies } = await recorded(protocol)
    const replayed = await converse(createReplay('sim', '/rec', redact, files.files), 'something else now')
    const expected = replies.map(({ message: { text, toolCalls }, stop, usage, model }) => ({
      message: { role: 'assistant', text: redact(text), toolCalls }, stop, usage, model, requestId: undefined,
    }))
    expect(replayed.replies).toEqual(expected)
    expect(replayed.texts).toEqual(['I look.', 'Done, and the key is ***.'])
    expect(replayed.replies[0]?.usage).toEqual({ input: 10, output: 2, cacheRead: 3, cacheWrite: 4 })
  })

  it('holds no secret, and is the same when it is made again', async () => {
    const [first, second] = [(await recorded(protocol)).files.contents, (await recorded(protocol)).files.contents]
    expect([...first.keys()]).toEqual(['/rec/fix.ndjson'])
    const text = first.get('/rec/fix.ndjson') ?? ''
    expect(text).toBe(second.get('/rec/fix.ndjson'))
    expect(text).not.toContain(KEY)
    expect(text).toContain('Fix it, ***.')
    expect(text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        slot: { node: 'fix', attempt: 1, call: 0 }, model: 'some-model',
        request: { task: 'Fix it, ***.', turns: ['user'], told: [] }, reply: { text: 'I look.', stop: 'tool-use' },
      },
      {
        slot: { call: 1 }, reply: { text: 'Done, and the key is ***.', calls: [] },
        request: {
          turns: ['user', 'assistant: read_file, read_file', 'tool: read_file, read_file'],
          told: [{ results: [{ output: 'what was in it' }, {}] }],
        },
      },
    ])
  })
})

describe('a replay', () => {
  it.each<[string, Partial<ModelRequest>, string]>([
    ['another model', { model: 'new-model' }, 'the model was `some-model`, now it is `new-model`'],
    ['other instructions', { system: 'You fix things.\nQuickly.' }, 'the instructions differ in line 2: recorded nothing, now `Quickly.`'],
    ['another task', { messages: [{ role: 'user', text: 'Break it.' }] },
      'the task differs in line 1: recorded `Fix it, ***.`, now `Break it.`'],
    ['other tools', { tools: [] }, 'the tools differ: recorded `read_file`, now ``'],
    ['a tool with another schema', { tools: [{ name: 'read_file', description: '', input: { type: 'object' } }] },
      'the schema of the tool `read_file` has changed'],
  ])('refuses %s, and says what differs and what to do', async (_name, change, difference) => {
    const { files } = await recorded()
    const { error } = await converse(createReplay('sim', '/rec', redact, files.files), '', change)
    expect(error).toBe(`call 1 of \`fix\`, attempt 1, does not fit the recording, ${difference}: record it again with \`--record /rec\``)
  })

  it('counts what was counted when it was recorded, so that a call that fits only by its tokens fits again', async () => {
    const { files } = await recorded()
    const replay = createReplay('sim', '/rec', redact, files.files)
    const count = async (call: number): Promise<number | undefined> => replay.count?.(REQUEST, { signal: neverAborted(), slot: { node: 'fix', attempt: 1, call } })
    expect([await count(0), await count(7)]).toEqual([10 + 3 + 4, undefined])
  })

  it('does not look at results, order of schema keys and descriptions', async () => {
    const { files } = await recorded()
    const input = { required: ['path'], properties: REQUEST.tools[0]?.input['properties'] ?? null, type: 'object' }
    const tools = [{ name: 'read_file', description: 'Other words.', input }]
    expect((await converse(createReplay('sim', '/rec', redact, files.files), 'x', { tools })).error).toBeUndefined()
  })

  it('refuses a conversation that took another turn', async () => {
    const { files } = await recorded()
    const request: ModelRequest = {
      ...REQUEST, messages: [
        { role: 'user', text: `Fix it, ${KEY}.` }, {
          role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'write_file', input: {}, text: '{}' }],
        }, { role: 'tool', results: [] },
      ],
    }
    const result = await createReplay('sim', '/rec', redact, files.files).call(
      request, { signal: neverAborted(), slot: { node: 'fix', attempt: 1, call: 1 } },
    )
    expect(result).toEqual(err(failure('recording-missing', {
      message: 'call 2 of `fix`, attempt 1, does not fit the recording, the conversation differs in message 2: ' +
        'recorded `assistant: read_file, read_file`, now `assistant: write_file`: record it again with `--record /rec`',
    })))
  })

  it('says so when a call, or the whole recording, is not there', async () => {
    const { files } = createMemoryFiles()
    const { error } = await converse(createReplay('sim', '/rec', redact, files), '')
    expect(error).toBe('call 1 of `fix`, attempt 1, is not in the recording `/rec`: record it again with `--record /rec`')
  })

  it('repeats a failure that was the last word, and is not tried again', async () => {
    const { files, contents } = createMemoryFiles()
    const lost = failure('cut-stream', { message: 'it broke off', dispatched: true })
    const recorder = createRecorder('/rec', redact, files).wrap(scripted([failure('overloaded'), lost, { input: 1 }, lost]))
    const ask = async (provider: Provider, call: number): ReturnType<Provider['call']> => await provider.call(
      REQUEST, { signal: neverAborted(), slot: { node: 'n', attempt: 1, call } },
    )
    for (const call of [0, 1, 1, 2]) await ask(recorder, call)
    const replay = createReplay('p', '/rec', redact, files)
    expect(await ask(replay, 1)).toMatchObject({ ok: true, value: { usage: { input: 1 } } })
    expect(await ask(replay, 2)).toEqual(err({ ...lost, shouldRetry: false }))
    expect(contents.get('/rec/n.ndjson')?.trimEnd().split('\n').length).toBe(3)
  })
})

describe('a recorder', () => {
  it('begins an attempt anew, and keeps the attempts before it', async () => {
    const { files, contents } = createMemoryFiles()
    const slots = async (turns: readonly [number, number][]): Promise<string[]> => {
      const recorder = createRecorder('/rec', redact, files).wrap(scripted(turns.map(() => ({ input: 1 }))))
      for (const [attempt, call] of turns) await recorder.call(REQUEST, { signal: neverAborted(), slot: { node: 'n', attempt, call } })
      return (contents.get('/rec/n.ndjson') ?? '').trimEnd().split('\n').map(
        (line) => (JSON.parse(line) as { slot: CallSlot }).slot,
      ).map(({ attempt, call }) => `${attempt}.${call}`)
    }
    expect(await slots([[1, 0], [1, 1], [1, 2]])).toEqual(['1.0', '1.1', '1.2'])
    expect(await slots([[2, 0], [2, 1]])).toEqual(['1.0', '1.1', '1.2', '2.0', '2.1'])
    expect(await slots([[1, 0]])).toEqual(['1.0'])
  })

  it('files calls that come at the same time, each once', async () => {
    const { files, contents } = createMemoryFiles()
    const recorder = createRecorder('/rec', redact, files).wrap(scripted([{ input: 1 }, { input: 2 }, { input: 3 }]))
    await Promise.all([0, 1, 2].map((call) => recorder.call(REQUEST, { signal: neverAborted(), slot: { node: 'n', attempt: 1, call } })))
    expect(contents.get('/rec/n.ndjson')?.trimEnd().split('\n').length).toBe(3)
  })

  it('gives every node a file that any file system can hold', () => {
    expect(recordingFile('implement')).toBe('implement.ndjson')
    expect(recordingFile('build/task-1')).toMatch(/^build-task-1~[0-9a-f]{8}\.ndjson$/)
    const names = ['test(node=20,os=linux)', 'test(node=20,os=Linux)', '../../etc/passwd', '__proto__', 'x'.repeat(300)].map(recordingFile)
    expect(new Set(names).size).toBe(5)
    for (const name of names) expect(name).toMatch(/^[a-z0-9~-]{1,60}\.ndjson$/)
  })
})
