import { expect, it } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { createConceal } from '../../src/provider/conceal.ts'
import type { CallFailureReason } from '../../src/provider/model.ts'
import type { Protocol } from '../simulator/answer.ts'
import { SPEECHES } from '../simulator/speeches.ts'
import { providerOf, PROTOCOLS, REQUEST, STAGES } from '../unit/provider/rig.ts'
import { seeded } from '../unit/provider/quota-provider.ts'

const CASES = 33_400
const TEXT = 'Grüße, 世界 🎉 — done.'
const REPLY = { text: TEXT, calls: [{ name: 'read_file', input: { path: 'ä.ts' } }] }
const TAXONOMY: readonly CallFailureReason[] = ['cut-stream', 'overloaded', 'timeout', 'connection']
const clock = { now: () => 0, elapsed: () => 0, after: (): (() => void) => () => {} }

interface Stream {
  readonly chunks: readonly Uint8Array[]
  /** Whether all that makes the answer whole is in it, unharmed. */
  readonly isWhole: boolean
}

/** The answer's bytes, with line ends, comments, unknown events and cuts as chance will have it, split anywhere. */
function stream(protocol: Protocol, chance: () => number): Stream {
  const speech = SPEECHES[protocol]
  const request = { ...speech.read(bodyOf(protocol)), protocol, number: 0, answers: 0, headers: {}, body: {} }
  const usage = { input: 100, output: 20, cacheRead: 3, cacheWrite: 0 }
  const events = speech.events(request, REPLY, usage)
  const newline = chance() < 0.3 ? '\r\n' : '\n'
  const spaced = chance() < 0.5
  const lines = events.map(({ event, data }) => {
    const json = JSON.stringify(data)
    const body = chance() < 0.1 ? JSON.stringify(data, null, 1).split('\n').map((line) => `data: ${line}`).join(newline) : `data:${spaced ? ' ' : ''}${json}`
    return `${event === undefined ? '' : `event: ${event}${newline}`}${body}${newline}${newline}`
  })
  const extra = chance() < 0.3 ? [`: a comment${newline}${newline}`] : []
  const unknown = chance() < 0.2 && protocol !== 'chat' ? [`event: ping${newline}data: {"type": "ping"}${newline}${newline}`] : []
  const end = chance() < 0.5 ? speech.end : ''
  const bytes = new TextEncoder().encode([...extra, ...lines.slice(0, 1), ...unknown, ...lines.slice(1), end].join(''))
  const needed = new TextEncoder().encode([...extra, ...lines.slice(0, 1), ...unknown, ...lines.slice(1)].join('')).length
  const isCut = chance() < 0.5
  const sent = isCut ? bytes.subarray(0, Math.floor(chance() * bytes.length)) : bytes
  return { chunks: split(sent, chance), isWhole: sent.length >= needed }
}

/** Mostly at a few places, now and then at every byte. */
function split(bytes: Uint8Array, chance: () => number): readonly Uint8Array[] {
  if (chance() < 0.01) return Array.from(bytes, (byte) => new Uint8Array([byte]))
  const places = Array.from({ length: Math.floor(chance() * 8) }, () => Math.floor(chance() * bytes.length)).sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length)).filter(({ length }) => length > 0)
}

function bodyOf(protocol: Protocol): Record<string, unknown> {
  const messages: Json = [{ role: 'user', content: protocol === 'chat' ? 'x' : [{ type: 'text', text: 'x' }] }]
  return { model: 'm', max_tokens: 10, max_output_tokens: 10, messages, input: [{ role: 'user', content: 'x' }] }
}

it.each(PROTOCOLS)('however the bytes of an answer over %s are split, cut and ended, a part of it is never taken for the whole', async (protocol) => {
  let current: Stream = { chunks: [], isWhole: false }
  const fetch = (): Promise<Response> => {
    const { chunks } = current
    let next = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks[next]
        next += 1
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    })
    return Promise.resolve(new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } }))
  }
  const provider = providerOf(protocol, {
    name: 'sim', key: 'key', headers: {}, patience: STAGES, conceal: createConceal([]), baseUrl: 'http://127.0.0.1:1/v1', ports: { http: { fetch }, clock },
  })
  const signal = new AbortController().signal
  const chance = seeded(protocol.length * 7919)
  const seen = { whole: 0, broken: 0 }
  for (let index = 0; index < CASES; index += 1) {
    current = stream(protocol, chance)
    const result = await provider.call(REQUEST, { signal })
    if (result.ok) {
      seen.whole += 1
      const { message } = result.value
      if (message.text !== TEXT || message.toolCalls[0]?.input?.['path'] !== 'ä.ts') expect.fail(`case ${index}: ${JSON.stringify(message)}`)
    } else {
      seen.broken += 1
      if (!TAXONOMY.includes(result.error.reason)) expect.fail(`case ${index}: ${JSON.stringify(result.error)}`)
      if (current.isWhole) expect.fail(`case ${index}: a whole answer was lost: ${JSON.stringify(result.error)}`)
    }
  }
  expect(seen.whole).toBeGreaterThan(CASES / 4)
  expect(seen.broken).toBeGreaterThan(CASES / 4)
}, 200_000)
