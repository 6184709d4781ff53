import { describe, expect, it } from 'vitest'
import { mostInputTokens } from '../../../src/provider/bound.ts'
import { createMemory } from '../../../src/provider/memory.ts'
import type { Memory } from '../../../src/provider/memory.ts'
import type { AssistantMessage, Message, ModelReply, ModelRequest } from '../../../src/provider/model.ts'
import { replyWith } from './fake-provider.ts'
import { seeded } from './quota-provider.ts'
import { ASK } from './route-rig.ts'

const LANE = { provider: 'a', model: 'x' }
const SLOT = { node: 'n', attempt: 1, call: 0 }
const TOOLS = [{ name: 'read_file', description: 'Reads a file. '.repeat(20), input: { type: 'object' } }]

/** Bytes to a token, as measured: of TypeScript, Markdown, JSON and Chinese. */
const DENSITIES = [4.27, 4.17, 3.07, 4.5]

function textOf(message: Message): string {
  return message.role === 'tool' ? message.results.map(({ output }) => output).join('') : message.text
}

/** A vendor's count: each message by the density of what is in it, which its first letter tells, and a frame around it. */
function tokensOf(request: ModelRequest): number {
  const counts = request.messages.map((message) => {
    const text = textOf(message)
    return 6 + Math.ceil(text.length / (DENSITIES[Number(text[0])] ?? 4))
  })
  return 350 + Math.ceil((request.system ?? '').length / 4.2) + counts.reduce((sum, count) => sum + count, 0)
}

interface Turn {
  readonly request: ModelRequest
  readonly actual: number
  readonly expected: number
  readonly most: number
}

/** An agent that reads files: what its turns need, what was expected, and at the most. `shorten`: before which turn old results are cut. */
function turnsOf(memory: Memory, seed: number, shorten?: number): readonly Turn[] {
  const chance = seeded(seed)
  const bytes = (least: number, most: number): string => `${Math.floor(chance() * 4)}${'x'.repeat(Math.round(least + chance() * (most - least)))}`
  let messages: Message[] = [{ role: 'user', text: bytes(500, 3_000) }]
  return Array.from({ length: 12 }, (_, turn): Turn => {
    if (turn === shorten) messages = messages.map((message) => (message.role === 'tool' ? { role: 'tool', results: message.results.map((result) => ({ ...result, output: '0short' })) } : message))
    const request = { ...ASK, system: 'y'.repeat(12_000), tools: TOOLS, messages: [...messages] }
    const actual = tokensOf(request)
    const { total } = memory.expect(LANE, request, SLOT, 0)
    const text = bytes(100, 900)
    const message: AssistantMessage = { role: 'assistant', text, toolCalls: [] }
    const reply: ModelReply = { ...replyWith({ cacheRead: actual, output: Math.ceil(text.length / 4) }), message }
    const most = memory.mostInput(LANE, request)
    memory.learn(LANE, request, SLOT, reply, 1, 0)
    messages.push(message, { role: 'tool', results: [{ id: 'call', name: 'read_file', output: bytes(200, 4_000), isError: false }] })
    return { request, actual, expected: total, most }
  })
}

describe('from the second turn of a conversation on', () => {
  it('what is expected errs by 3 % at the most on average, and in ten of eleven turns', () => {
    const errors = Array.from({ length: 200 }, (_, seed) => turnsOf(createMemory(), seed).slice(1)).flat()
      .map(({ actual, expected }) => Math.abs(expected - actual) / actual).sort((a, b) => a - b)
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThanOrEqual(0.03)
    expect(errors[Math.floor(errors.length * 0.91)]).toBeLessThanOrEqual(0.03)
  })

  it('the bound is never below what is needed, and little above it, where bytes alone are four times as much', () => {
    const turns = Array.from({ length: 200 }, (_, seed) => turnsOf(createMemory(), seed, seed % 3 === 0 ? 4 + (seed % 5) : undefined)).flat()
    expect(turns.filter(({ actual, most }) => most < actual)).toEqual([])
    const later = Array.from({ length: 50 }, (_, seed) => turnsOf(createMemory(), seed)[11]).flatMap((turn) => turn ?? [])
    expect(Math.max(...later.map(({ actual, most }) => most / actual))).toBeLessThan(1.5)
    expect(Math.min(...later.map(({ actual, request }) => mostInputTokens(request) / actual))).toBeGreaterThan(3)
  })
})

describe('what a lane counted of a conversation', () => {
  const first: Message = { role: 'user', text: '1'.repeat(4_000) }
  const reply: ModelReply = replyWith({ input: 1_500, output: 40 })
  const request = { ...ASK, system: 'Do it.', tools: TOOLS, messages: [first] }
  const next = { ...request, messages: [first, reply.message, { role: 'user' as const, text: 'Go on.' }] }
  const bound = (changed: ModelRequest, lane = LANE, learned = reply): boolean => {
    const memory = createMemory()
    memory.learn(LANE, request, SLOT, learned, 1, 0)
    return memory.mostInput(lane, changed) < mostInputTokens(changed)
  }

  it('holds where the next request begins with the very same, and only there', () => {
    expect(createMemory().mostInput(LANE, next)).toBe(mostInputTokens(next))
    expect(bound(next)).toBe(true)
    for (const changed of [
      { ...next, system: 'Do it!' }, { ...next, tools: [] }, { ...next, tools: TOOLS.map((tool) => ({ ...tool })) },
      { ...next, messages: [{ ...first }, ...next.messages.slice(1)] }, { ...next, messages: next.messages.slice(1) },
    ]) expect(bound(changed)).toBe(false)
    expect(bound(next, { provider: 'b', model: 'x' })).toBe(false)
  })

  it('is believed only where it can be the whole, and where it grows', () => {
    expect(bound(next, LANE, replyWith({ input: 300, output: 40 }))).toBe(false)
    expect(bound(next, LANE, replyWith({ cacheRead: 1_400, cacheWrite: 90, input: 10 }))).toBe(true)
    const memory = createMemory()
    memory.learn(LANE, request, SLOT, reply, 1, 0)
    const long = { ...next, messages: [...next.messages, { role: 'user' as const, text: 'And on.' }] }
    const before = memory.mostInput(LANE, long)
    // A server that tells only what it had not kept.
    memory.learn(LANE, next, { ...SLOT, call: 1 }, replyWith({ input: 400 }), 1, 0)
    expect(memory.mostInput(LANE, long)).toBe(before)
  })
})
