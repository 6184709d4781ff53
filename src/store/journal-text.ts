import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { isObject } from '../base/json.ts'
import type { Recorded, RunEvent } from '../run/event.ts'

/** One event as it stands in the journal, with its line's end. */
export function journalLine(event: Recorded): string {
  const { seq, at, type, ...rest } = event
  return `${JSON.stringify({ seq, at, type, ...rest })}\n`
}

export interface JournalReading {
  /** How many events there are. */
  readonly events: number
  /** The text without a torn last line. */
  readonly whole: string
  readonly torn: boolean
}

export interface JournalDamage {
  readonly line: number
  readonly message: string
  /** Nothing is broken: a later version of this program wrote it. */
  readonly isNewer?: true
}

/** Of the journal's own form, as its first line tells it. */
export const JOURNAL_VERSION = 1

/**
 * Hands every event of a journal to `take`, in order. A last line without its end was being written when the process died, and
 * nobody was told that it was; any other line that cannot be read, or that is missing, is damage.
 */
export function readJournal(text: string, take: (event: Recorded) => void): Result<JournalReading, JournalDamage> {
  let line = 0
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    line += 1
    const value = parse(text.slice(start, end))
    const version = line === 1 ? newerVersion(value) : undefined
    if (version !== undefined) return err({ line, isNewer: true, message: `its \`version\` is ${version}, this program reads ${JOURNAL_VERSION}` })
    const damage = readLine(value, line, take)
    if (damage !== undefined) return err({ line, message: damage })
    start = end + 1
  }
  return ok({ events: line, whole: text.slice(0, start), torn: start < text.length })
}

function newerVersion(value: unknown): number | undefined {
  if (!isObject(value) || value.type !== 'run-started' || typeof value.version !== 'number') return undefined
  return value.version > JOURNAL_VERSION ? value.version : undefined
}

function readLine(value: unknown, line: number, take: (event: Recorded) => void): string | undefined {
  if (!isObject(value)) return `line ${line} of the journal is damaged`
  if (value.seq !== line) {
    return `line ${line} of the journal has the number ${shown(value.seq)} instead of ${line}: lines are missing or out of order`
  }
  if (typeof value.at !== 'number' || !Number.isFinite(value.at)) return `line ${line} of the journal is damaged: it has no time`
  if (typeof value.type !== 'string' || !Object.hasOwn(TYPES, value.type)) {
    return `line ${line} of the journal is of a kind that is not known here`
  }
  if ((line === 1) !== (value.type === 'run-started')) return `line ${line} of the journal is damaged: only the first one starts the run`
  try {
    take(value as unknown as Recorded)
  } catch (error) {
    // The parts of an event are used as they are: one that is missing, or no number, shows when it is folded.
    if (!(error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)) throw error
    return `line ${line} of the journal is damaged: parts of it are missing`
  }
  return undefined
}

/** Written as a record so that a new type of event does not compile before it is listed. */
const TYPES: Readonly<Record<RunEvent['type'], true>> = {
  'run-started': true, 'run-resumed': true, 'nodes-expanded': true, 'attempt-started': true, 'agent-chosen': true, 'message-sent': true, 'call-reserved': true, 'call-settled': true,
  'route-decided': true, 'check-finished': true, 'changes-merged': true, 'contestant-finished': true, 'race-decided': true, delivered: true, 'attempt-ended': true, 'node-skipped': true, 'node-reused': true, 'gate-opened': true, 'gate-answered': true, noticed: true, nested: true, 'run-stopping': true,
  'run-finished': true,
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : 'none'
}
