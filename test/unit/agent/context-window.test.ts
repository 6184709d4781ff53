import { describe, expect, it } from 'vitest'
import { createContextWindow } from '../../../src/agent/context-window.ts'
import { createConversation } from '../../../src/agent/loop.ts'
import { mostInputTokens } from '../../../src/provider/bound.ts'
import { NO_USAGE } from '../../../src/provider/model.ts'
import type { Message, ModelRequest, ToolMessage } from '../../../src/provider/model.ts'
import { rig, taskIn, temporaryRoot } from './rig.ts'

function requestOf(messages: readonly Message[]): ModelRequest {
  return { model: 'm', system: 'Be brief.', messages, tools: [], maxOutputTokens: 1000, temperature: undefined }
}

function turn(number: number, ...outputs: readonly string[]): Message[] {
  const calls = outputs.map((_, index) => ({ id: `${number}-${index}`, name: 'read_file', input: {}, text: '{}' }))
  const results = outputs.map((output, index) => ({ id: `${number}-${index}`, name: 'read_file', output, isError: false }))
  return [{ role: 'assistant', text: `Turn ${number}.`, toolCalls: calls }, { role: 'tool', results }]
}

const PROMPT: Message = { role: 'user', text: 'Work.' }
const turns = (count: number, length: number): Message[] => [PROMPT, ...Array.from({ length: count }, (_, index) => turn(index + 1, String(index).repeat(length))).flat()]
const outputsIn = (messages: readonly Message[]): string[] => messages.flatMap((message) => (message.role === 'tool' ? message.results.map(({ output }) => output) : []))
const isShort = (output: string): boolean => output.length < 1000

describe('a window', () => {
  it('leaves everything as it is without a bound, or with room enough', () => {
    const request = requestOf(turns(10, 30_000))
    expect(createContextWindow(undefined, 1000).fit(request)).toMatchObject({ messages: request.messages, cut: undefined })
    expect(createContextWindow(200_000, 1000).fit(request)).toMatchObject({ messages: request.messages, cut: undefined })
  })

  it('shortens the oldest results in one step to the half, and keeps words and the last results', () => {
    const request = requestOf(turns(10, 6000))
    const { messages, estimate, room, cut } = createContextWindow(25_000, 1000).fit(request)
    expect(room).toBe(24_000)
    expect(cut).toEqual({ results: 5, characters: 5 * 5400, before: Math.ceil(mostInputTokens(request) / 3) })
    expect(estimate).toBeLessThanOrEqual(12_000)
    expect(estimate).toBeGreaterThan(10_000)
    expect(outputsIn(messages).map(isShort)).toEqual([true, true, true, true, true, false, false, false, false, false])
    expect(outputsIn(messages)[3]).toBe(
      `${'3'.repeat(300)}\n[… 5400 characters cut …]\n${'3'.repeat(300)}\n[shortened later to make room; call the tool again for what you still need of it]`,
    )
    expect(messages.map((message) => (message.role === 'tool' ? message.results.map(({ id }) => id) : message))).toEqual(
      request.messages.map((message) => (message.role === 'tool' ? message.results.map(({ id }) => id) : message)),
    )
  })

  it('cuts nothing again until it has filled up again, so that the beginning stays the same', () => {
    const window = createContextWindow(60_000, 1000)
    let { messages } = window.fit(requestOf(turns(10, 6000)))
    const cuts: number[] = []
    for (let number = 11; number < 60; number += 1) {
      messages = [...messages, ...turn(number, 'x'.repeat(6000))]
      const fitted = window.fit(requestOf(messages))
      if (fitted.cut) cuts.push(number)
      else expect(fitted.messages).toEqual(messages)
      expect(fitted.estimate).toBeLessThanOrEqual(0.8 * fitted.room)
      messages = fitted.messages
    }
    expect(cuts.length).toBeGreaterThan(2)
    expect(cuts.length).toBeLessThan(10)
  })

  it('goes by what the provider counted, and estimates only what is new', () => {
    const window = createContextWindow(25_000, 1000)
    const first = requestOf(turns(10, 6000))
    window.learn(first, { ...NO_USAGE, input: 3000, cacheRead: 4000, cacheWrite: 1000 })
    expect(window.fit(first)).toMatchObject({ estimate: 8000, cut: undefined })
    const second = requestOf([...first.messages, ...turn(11, 'x'.repeat(30_000))])
    expect(window.fit(second).estimate).toBe(8000 + Math.ceil((mostInputTokens(second) - mostInputTokens(first)) / 3))
    window.learn(first, NO_USAGE)
    expect(window.fit(first).estimate).toBe(8000)
  })

  it('spares all results that were not seen yet, and shortens these too where they alone are too large', () => {
    const unseen = (length: number): ModelRequest => requestOf([...turns(2, 6000), ...turn(3, ...Array.from({ length: 6 }, () => 'x'.repeat(length)))])
    const window = createContextWindow(12_000, 1000)
    expect(outputsIn(window.fit(unseen(3800)).messages).map(isShort)).toEqual([true, true, false, false, false, false, false, false])
    const { messages, estimate, room } = window.fit(unseen(8000))
    expect(outputsIn(messages).map(isShort)).toEqual([true, true, true, true, true, true, false, false])
    expect(estimate).toBeLessThanOrEqual(0.8 * room)
  })

  it('tells where no cut is enough', () => {
    const { estimate, room, cut } = createContextWindow(12_000, 1000).fit(requestOf([{ role: 'user', text: 'x'.repeat(60_000) }, ...turn(1, 'short')]))
    expect(cut).toBeUndefined()
    expect(estimate).toBeGreaterThan(room)
  })

  it('leaves no half of a character behind', () => {
    const { messages } = createContextWindow(12_000, 1000).fit(requestOf(turns(8, 3000).map((message): Message => (
      message.role === 'tool' ? ({ ...message, results: message.results.map((result) => ({ ...result, output: `a${'😀'.repeat(3000)}` })) } satisfies ToolMessage) : message
    ))))
    expect(outputsIn(messages).every((output) => output.isWellFormed())).toBe(true)
    expect(outputsIn(messages).filter((output) => output.includes('characters cut')).length).toBeGreaterThan(3)
  })
})

describe('a conversation with a window', () => {
  const read = (count: number): { readonly calls: readonly (readonly ['read_file', { readonly path: string }])[] } => ({ calls: Array.from({ length: count }, () => ['read_file', { path: 'long.txt' }] as const) })
  const files = { 'long.txt': 'line of words\n'.repeat(350) }

  it('notes what it shortens, and sends what it says', async () => {
    const task = taskIn(temporaryRoot(files), { contextTokens: 18_500 })
    const made = rig(task, [read(1), read(1), read(1), read(1), read(1), read(1), read(1), { text: 'Done.' }])
    expect(await createConversation(task, made.toolbox, made.io).start()).toMatchObject({ ok: true, value: { text: 'Done.' } })
    const [cut, ...others] = made.transcript.filter(({ type }) => type === 'shortened')
    expect(others).toEqual([])
    expect(cut).toMatchObject({ type: 'shortened', turn: 7, results: 2 })
    expect(Number(cut?.['after'])).toBeLessThan(Number(cut?.['before']))
    expect(made.activities.filter((text) => text.startsWith('shortening'))).toEqual(['shortening 2 old tool results'])
    expect(outputsIn(made.requests[6]?.messages ?? []).map(isShort)).toEqual([true, true, false, false, false, false])
    expect(made.requests[7]?.messages.slice(0, 13)).toEqual(made.requests[6]?.messages)
  })

  it('goes by what is known of its model where the author bounds nothing, and asks the provider where that is too little', async () => {
    const shortened = async (more: object): Promise<readonly unknown[]> => {
      const made = rig(taskIn(temporaryRoot(files), more), [read(1), read(1), read(1), read(1), read(1), read(1), read(1), { text: 'Done.' }])
      expect(await createConversation(taskIn(temporaryRoot(files), more), made.toolbox, made.io).start()).toMatchObject({ ok: true })
      return made.transcript.filter(({ type }) => type === 'shortened').map(({ turn }) => turn)
    }
    expect([await shortened({}), await shortened({ modelWindow: 18_500 }), await shortened({ modelWindow: 18_500, contextTokens: 200_000 })]).toEqual([[], [7], []])
    const made = rig(taskIn(temporaryRoot(files), { modelWindow: 5_000, prompt: 'x'.repeat(30_000) }), [{ text: 'Done.' }])
    expect(await createConversation(taskIn(temporaryRoot(files), { modelWindow: 5_000, prompt: 'x'.repeat(30_000) }), made.toolbox, made.io).start()).toMatchObject({ ok: true })
  })

  it('ends before a call that cannot fit, and says what helps', async () => {
    const task = taskIn(temporaryRoot(files), { contextTokens: 5000, prompt: 'x'.repeat(30_000) })
    const made = rig(task, [])
    const ended = await createConversation(task, made.toolbox, made.io).start()
    expect(ended).toMatchObject({ ok: false, error: { code: 'provider-failed', reason: 'context-length', retryable: false } })
    expect(ended.ok ? '' : ended.error.message).toMatch(
      /^the conversation of about \d+ tokens and an answer of up to 1000 do not fit into the `context_tokens` of 5000, also with its tool results shortened; raise `context_tokens`, lower `max_output_tokens`, or divide the task$/,
    )
    expect(made.transcript.at(-1)).toMatchObject({ type: 'failed', turn: 1, code: 'provider-failed' })
    expect(made.requests).toEqual([])
  })
})
