import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Recorded } from '../../../src/run/event.ts'
import { journalLine, readJournal } from '../../../src/store/journal-text.ts'
import { begin, passed, record, started, step, STORY } from './sample.ts'

const events = record(STORY)
const text = events.map(journalLine).join('')

function read(journal: string): { events: Recorded[]; answer: ReturnType<typeof readJournal> } {
  const taken: Recorded[] = []
  const answer = readJournal(journal, (event) => taken.push(event))
  return { events: taken, answer }
}

function damage(journal: string): unknown {
  const { answer } = read(journal)
  return answer.ok ? undefined : answer.error
}

describe('the text of a journal', () => {
  it('begins every line with number, time and type', () => {
    expect(journalLine({ ...begin('a'), at: 5, seq: 2 })).toBe('{"seq":2,"at":5,"type":"attempt-started","node":"a","attempt":1,"fingerprint":"print of a"}\n')
  })

  it('is read back as it was written', () => {
    expect(read(text)).toEqual({ events, answer: { ok: true, value: { events: events.length, whole: text, torn: false } } })
  })

  it('gives a beginning of the events for every beginning of its bytes', () => {
    const bytes = Buffer.from(text)
    for (let length = 0; length <= bytes.length; length += 1) {
      const cut = read(bytes.subarray(0, length).toString('utf8'))
      if (!cut.answer.ok) throw new Error(`cut at ${length}: ${cut.answer.error.message}`)
      const whole = bytes.subarray(0, length).lastIndexOf(10) + 1
      expect(cut.answer.value).toEqual({ events: cut.events.length, whole: bytes.subarray(0, whole).toString('utf8'), torn: whole < length })
      if (length % 97 === 0 || !cut.answer.value.torn) expect(cut.events).toEqual(events.slice(0, cut.events.length))
    }
  })

  it('tells the line that is damaged', () => {
    const lines = text.split('\n')
    expect(damage(lines.with(1, '{"seq":').join('\n'))).toEqual({ line: 2, message: 'line 2 of the journal is damaged' })
  })

  it('tells where a line is missing, doubled or in the wrong place', () => {
    const lines = text.split('\n')
    expect(damage(lines.toSpliced(1, 1).join('\n'))).toEqual({ line: 2, message: 'line 2 of the journal has the number 3 instead of 2: lines are missing or out of order' })
    expect(damage(lines.toSpliced(2, 0, lines[1] ?? '').join('\n'))).toMatchObject({ line: 3 })
    expect(damage(lines.toSpliced(0, 1).join('\n'))).toMatchObject({ line: 1 })
    expect(damage(lines.toSpliced(3, 0, '').join('\n'))).toEqual({ line: 4, message: 'line 4 of the journal is damaged' })
  })

  it('does not take a kind of event that it does not know, nor a second start', () => {
    const [first = '', second = ''] = text.split('\n')
    expect(damage(`${first}\n${second.replace('attempt-started', 'toString')}\n`)).toEqual({ line: 2, message: 'line 2 of the journal is of a kind that is not known here' })
    expect(damage(`${first}\n${first.replace('"seq":1', '"seq":2')}\n`)).toMatchObject({ line: 2 })
    expect(damage(`${second.replace('"seq":2', '"seq":1')}\n`)).toMatchObject({ line: 1 })
  })

  it('takes an event whose parts are missing for damage', () => {
    const answer = readJournal('{"seq":1,"at":1,"type":"run-started"}\n', (event) => { if (event.type === 'run-started') event.plan.map(String) })
    expect(answer).toEqual({ ok: false, error: { line: 1, message: 'line 1 of the journal is damaged: parts of it are missing' } })
  })

  it('never fails and never invents an event, whatever byte is changed', () => {
    const short = record([started([step('a')]), begin('a'), passed('a')])
    const bytes = Buffer.from(short.map(journalLine).join(''))
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, value) => {
      const changed = Buffer.from(bytes)
      changed[index] = value
      const { events: taken, answer } = read(changed.toString('utf8'))
      expect(taken.map((event) => event.seq)).toEqual(taken.map((_, at) => at + 1))
      if (!answer.ok) expect(answer.error.line).toBe(taken.length + 1)
    }), { numRuns: 500 })
  })
})
