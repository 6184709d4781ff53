import { YAMLException, parseEvents } from 'js-yaml'
import type { Event } from 'js-yaml'
import { DEEPEST } from './anchors.ts'
import { build } from './build.ts'
import { createFindings } from './finding.ts'
import type { Findings } from './finding.ts'
import { explained } from './mistake.ts'
import type { Explanation } from './mistake.ts'
import { isBlank, isLineEnd, lineEnd, lineStart, nextLine } from './skip.ts'
import type { Span } from './span.ts'
import { explain } from './syntax.ts'

/** How many mistakes of syntax are told at once. */
const MOST = 10

/**
 * The parser's events; undefined when the text is no YAML. The parser stops at its first mistake, so that to tell the others the
 * top-level block around it is blanked out and the rest is read again: what is found there is told, but no tree comes of it.
 */
export function readEvents(text: string, findings: Findings): Event[] | undefined {
  const first = attempt(text)
  if (!('mistake' in first)) return first.events
  let rest = text
  let reading: Attempt = first
  for (let count = 0; count < MOST && 'mistake' in reading; count++) {
    const { span, code, message, help } = reading.mistake
    findings.error(span, code, message, { help })
    const block = blockAround(rest, span.start, reading.at)
    if (block.end >= rest.length && block.start === 0) return undefined
    rest = blanked(rest, block)
    reading = attempt(rest)
  }
  if (!('mistake' in reading)) tellRest(rest, reading.events, findings)
  return undefined
}

const UNREADABLE = explained(0, 0, 'the file is no YAML that can be read')

type Attempt = { readonly events: Event[] } | { readonly mistake: Explanation; readonly at: number }

function attempt(text: string): Attempt {
  try {
    return { events: parseEvents(text, { maxDepth: DEEPEST }) }
  } catch (error) {
    if (!(error instanceof YAMLException) || !error.mark) return { mistake: UNREADABLE, at: text.length }
    const { position } = error.mark
    return { mistake: explain(text, position, error.reason), at: position }
  }
}

/** From the line in the first column that governs `from` to the next one that begins at `to` or behind it. */
function blockAround(text: string, from: number, to: number): Span {
  let start = lineStart(text, Math.min(from, to))
  while (start > 0 && !isTopLevel(text, start)) start = lineStart(text, start - 1)
  let end = lineStart(text, Math.max(from, to))
  while (end < text.length && (end <= start || end < Math.max(from, to) || !isTopLevel(text, end))) end = nextLine(text, lineEnd(text, end))
  return { start, end: Math.min(end, text.length) }
}

function isTopLevel(text: string, start: number): boolean {
  const unit = text.charCodeAt(start)
  return !isBlank(unit) && !isLineEnd(unit) && text.charAt(start) !== '#'
}

function blanked(text: string, { start, end }: Span): string {
  return text.slice(0, start) + text.slice(start, end).replaceAll(/[^\r\n]/g, ' ') + text.slice(end)
}

/** What is wrong in the readable rest; anchors may have been blanked out, so that a missing one is no mistake here. */
function tellRest(text: string, events: readonly Event[], findings: Findings): void {
  const rest = createFindings()
  build(text, events, rest)
  for (const { span, code, severity, message, ...extras } of rest.all) {
    if (code !== 'unknown-anchor') findings[severity](span, code, message, extras)
  }
}
