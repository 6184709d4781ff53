import type { Diagnostic, Severity } from './diagnostic.ts'
import { display, escapeUnseen } from './display.ts'
import { lineBounds, offsetAt } from './lines.ts'
import type { LineIndex } from './lines.ts'
import type { Place } from './span.ts'
import { widthOf } from './width.ts'

/** Longer lines are shown in part, around the carets. */
const WIDEST = 120
/** What is shown of a long line in front of the carets. */
const LEAD = 50
/** Longer messages are cut. */
const MOST_WORDS = 2000
/** A tab as it is shown. */
const TAB = '    '

/** The lines of a file; undefined when its text is not known. */
export type Sources = (file: string) => LineIndex | undefined

/** One diagnostic as people read it: headline, place, source line with carets, help, then its related places. */
export function renderDiagnostic(diagnostic: Diagnostic, sources: Sources, color: boolean): string {
  const paint = painter(color)
  const { severity, code, message, help, related = [] } = diagnostic
  const head = `${paint(severity, `${severity}[${display(code)}]`)}: ${paint('strong', display(message, MOST_WORDS))}`
  const lines = [head, ...frame(diagnostic, severity, sources, paint)]
  if (help !== undefined) lines.push(`  ${paint('help', 'help')}: ${display(help, MOST_WORDS)}`)
  for (const other of related) {
    if (isSame(other, diagnostic)) continue
    lines.push(`  ${paint('help', 'note')}: ${display(other.message, MOST_WORDS)}`, ...frame(other, 'help', sources, paint))
  }
  return `${lines.join('\n')}\n`
}

/** The first edge of a cycle is where the whole is told. */
function isSame(one: Place, other: Place): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column
}

type Role = Severity | 'strong' | 'quiet' | 'help'
type Paint = (role: Role, text: string) => string

const COLORS: Readonly<Record<Role, string>> = { error: '1;31', warning: '1;33', strong: '1', quiet: '34', help: '36' }

function painter(color: boolean): Paint {
  return color ? (role, text) => `\u001B[${COLORS[role]}m${text}\u001B[0m` : (_, text) => text
}

function frame(place: Place, role: Role, sources: Sources, paint: Paint): string[] {
  const head = `  ${paint('quiet', '——▶')} ${display(place.file, 500)}:${place.line}:${place.column}`
  const index = sources(place.file)
  if (!index || place.line > index.starts.length) return [head]
  const { before, marked, after } = parts(index, place)
  const number = String(place.line)
  const carets = '^'.repeat(Math.max(columns(marked), 1))
  return [
    head,
    `${paint('quiet', `${number} │`)} ${shown(before)}${shown(marked)}${shown(after)}`.trimEnd(),
    `${paint('quiet', `${' '.repeat(number.length)} │`)} ${' '.repeat(columns(before))}${paint(role, carets)}`,
  ]
}

interface Parts {
  readonly before: string
  readonly marked: string
  readonly after: string
}

/** The first line of a place in three parts, cut where it is too long. */
function parts(index: LineIndex, place: Place): Parts {
  const { text } = index
  const line = lineBounds(index, place.line)
  const from = offsetAt(index, place.line, place.column)
  const to = place.end_line > place.line ? line.end : Math.max(offsetAt(index, place.line, place.end_column), from)
  if (line.end - line.start <= WIDEST) {
    return { before: text.slice(line.start, from), marked: text.slice(from, to), after: text.slice(to, line.end) }
  }
  const start = whole(text, Math.max(line.start, Math.min(from - LEAD, line.end - WIDEST)))
  const end = whole(text, Math.min(line.end, start + WIDEST))
  const stop = Math.min(to, end)
  return {
    before: (start > line.start ? '…' : '') + text.slice(start, from),
    marked: text.slice(from, stop),
    after: text.slice(stop, end) + (end < line.end ? '…' : ''),
  }
}

/** An offset that does not stand between the halves of a character. */
function whole(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at + 1 : at
}

function shown(text: string): string {
  return escapeUnseen(text.replaceAll('\t', TAB))
}

/** How wide a text is on a terminal as it is shown. */
function columns(text: string): number {
  let width = 0
  for (const character of shown(text)) width += widthOf(character)
  return width
}
