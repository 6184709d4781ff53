import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventStream } from '../../../src/proxy/event-stream.ts'

function read(pieces: readonly Uint8Array[]): string[] {
  const found: string[] = []
  const stream = createEventStream((data) => found.push(data))
  for (const piece of pieces) stream.push(piece)
  return found
}

describe('events of a stream', () => {
  it('are the same however it is cut, and whatever ends its lines', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))
    fc.assert(fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat()), (events, end, cuts) => {
      const text = events.map((lines) => `event: x${end}id: 1${end}${lines.map((data) => `data: ${data}${end}`).join('')}: comment${end}${end}`).join('')
      const bytes = Buffer.from(text)
      const at = [...new Set(cuts.map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length)))].sort((a, b) => a - b)
      const pieces = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length))
      expect(read(pieces)).toEqual(events.map((lines) => lines.join('\n')))
    }))
  })
})
