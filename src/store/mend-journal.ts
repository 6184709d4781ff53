import { isObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { CallReserved, CallSettled } from '../run/call-event.ts'
import type { Noticed, Recorded } from '../run/event.ts'
import { fold } from '../run/fold.ts'
import { emptyRun } from '../run/lay.ts'
import { journalLine, readJournal } from './journal-text.ts'
import type { JournalDamage } from './journal-text.ts'

export interface MendedJournal {
  readonly text: string
  /** Of the events that are left out. */
  readonly lost: number
}

/**
 * A journal without its damaged lines: what is left is numbered anew, and a notice tells that something is missing. An event
 * that is lost did not happen, so what it told of is done again; what a call came to is kept also where its start was lost.
 * Without its first line a journal cannot be mended, nor can one that a later version of this program wrote.
 */
export function mendJournal(text: string, run: string): Result<MendedJournal, JournalDamage> {
  const state = emptyRun(run)
  const read = readJournal(text, (event) => void fold(state, event))
  if (read.ok) return ok({ text: read.value.whole, lost: 0 })
  if (read.error.isNewer || read.error.line === 1) return err(read.error)
  const known = knownEvents(text)
  const usable = withoutUnusable(known, run)
  const lost = Math.max(known.at(-1)?.seq ?? 0, text.split('\n').length - 1) - usable.length
  const notice: Noticed = {
    type: 'noticed', severity: 'warning', code: 'journal-mended', step: null,
    message: `${lost} ${lost === 1 ? 'event' : 'events'} of the journal could not be read and ${lost === 1 ? 'is' : 'are'} left out: what was done then may be done again, and what was paid then may not be told`,
  }
  const whole = [...withStarts(usable), { ...notice, seq: 0, at: known.at(-1)?.at ?? 0 }].map((event, index) => ({ ...event, seq: index + 1 }))
  return ok({ text: whole.map((event) => journalLine(event)).join(''), lost })
}

/** Everything that looks like an event, each number once, in the order of the numbers. */
function knownEvents(text: string): Recorded[] {
  const found = new Map<number, Recorded>()
  for (const line of text.split('\n').slice(0, -1)) {
    const value = parse(line)
    if (!isObject(value) || typeof value.seq !== 'number' || !Number.isSafeInteger(value.seq) || value.seq < 1 || found.has(value.seq)) continue
    // Read as the only line behind a start, which asks all that a line is asked.
    const isFirst = value.seq === 1
    const judged = readJournal(isFirst ? `${line}\n` : `${START}${JSON.stringify({ ...value, seq: 2 })}\n`, () => {})
    if (judged.ok) found.set(value.seq, value as unknown as Recorded)
  }
  return [...found.values()].toSorted((a, b) => a.seq - b.seq)
}

const START = '{"seq":1,"at":0,"type":"run-started"}\n'

/** Without those that the fold cannot take. */
function withoutUnusable(events: readonly Recorded[], run: string): Recorded[] {
  const state = emptyRun(run)
  return events.filter((event) => {
    try {
      fold(state, event)
      return true
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)) throw error
      return false
    }
  })
}

/** A settlement of a call whose start was lost gets one, so that its cost counts. */
function withStarts(events: readonly Recorded[]): Recorded[] {
  const started = new Set<string>()
  return events.flatMap((event) => {
    if (event.type === 'call-reserved') started.add(event.call)
    if (event.type !== 'call-settled' || started.has(event.call)) return [event]
    return [startOf(event), event]
  })
}

function startOf({ call, cost, seq, at }: Recorded<CallSettled>): Recorded<CallReserved> {
  return { type: 'call-reserved', call, node: call.split('#')[0] ?? '', attempt: 0, provider: 'unknown', model: 'unknown', hold: cost, seq, at }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
