import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Recorded } from '../../../src/run/event.ts'
import { journalLine, readJournal } from '../../../src/store/journal-text.ts'
import { mendJournal } from '../../../src/store/mend-journal.ts'
import { spentOrHeld } from '../../../src/run/nested-runs.ts'
import { record, runOf, STORY } from './sample.ts'

const events = record(STORY)
const lines = events.map((event) => journalLine(event).trimEnd())

function mended(text: string): { events: Recorded[]; lost: number } {
  const result = mendJournal(text, 'r1')
  if (!result.ok) throw new Error(result.error.message)
  const taken: Recorded[] = []
  expect(readJournal(result.value.text, (event) => taken.push(event))).toMatchObject({ ok: true })
  return { events: taken, lost: result.value.lost }
}

const joined = (parts: readonly string[]): string => parts.map((part) => `${part}\n`).join('')
const bare = (all: readonly Recorded[]): unknown[] => all.map(({ seq: _seq, ...rest }) => rest)

describe('mending a journal', () => {
  it('leaves a whole one as it is, and drops its torn last line', () => {
    expect(mendJournal(joined(lines), 'r1')).toEqual({ ok: true, value: { text: joined(lines), lost: 0 } })
    expect(mendJournal(`${joined(lines)}{"seq":`, 'r1')).toEqual({ ok: true, value: { text: joined(lines), lost: 0 } })
  })

  it.each([
    ['cannot be read', lines.with(8, '{"seq":')],
    ['is missing', lines.toSpliced(8, 1)],
    ['is of an unknown kind', lines.with(8, '{"seq":9,"at":1,"type":"toString"}')],
    ['lacks what the fold needs', lines.with(8, '{"seq":9,"at":1,"type":"run-resumed"}')],
  ])('leaves an event out that %s, numbers the others anew, and tells it', (_how, damaged) => {
    const { events: left, lost } = mended(joined(damaged))
    expect([lost, bare(left.slice(0, -1))]).toEqual([1, bare(events.toSpliced(8, 1))])
    expect(left.at(-1)).toMatchObject({
      seq: events.length, type: 'noticed', severity: 'warning', code: 'journal-mended',
      message: '1 event of the journal could not be read and is left out: what was done then may be done again, and what was paid then may not be told',
    })
  })

  it('takes each event once and in order, whatever the order of the lines', () => {
    const { events: left } = mended(joined([lines[0] ?? '', lines[2] ?? '', lines[1] ?? '', lines[1] ?? '', ...lines.slice(3)]))
    expect(bare(left.slice(0, -1))).toEqual(bare(events))
  })

  it('counts the cost of a call whose start was lost', () => {
    const { events: left } = mended(joined(lines.with(3, 'x')))
    expect(spentOrHeld(runOf('r1', left))).toBe(spentOrHeld(runOf('r1', events)))
  })

  it('is refused where the first line is lost, or where a newer version wrote it', () => {
    expect(mendJournal(joined(lines.with(0, 'x')), 'r1')).toMatchObject({ ok: false, error: { line: 1 } })
    expect(mendJournal(joined(lines.with(0, (lines[0] ?? '').replace('"version":1', '"version":2'))), 'r1')).toMatchObject({ ok: false, error: { line: 1, isNewer: true } })
  })

  it('gives a journal that can be read, whatever was done to any of its lines but the first', () => {
    const change = fc.record({ at: fc.integer({ min: 1, max: lines.length - 1 }), from: fc.nat(300), text: fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')) })
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = changes.reduce((all, { at, from, text }) => all.with(at, `${all[at]?.slice(0, from) ?? ''}${text}`), lines)
      expect(runOf('r1', mended(joined(damaged)).events).steps.size).toBe(4)
    }), { numRuns: 100 })
  })
})
