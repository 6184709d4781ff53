import { SCALAR_STYLE, getScalarValue } from 'js-yaml'
import type { ScalarEvent } from 'js-yaml'
import { isInteger, kindOfTag, resolvePlain, resolveTagged, tagName } from './core-schema.ts'
import type { CoreValue } from './core-schema.ts'
import { display } from './display.ts'
import type { BlockRegion, ScalarNode } from './document.ts'
import { badEscape } from './escapes.ts'
import type { Findings } from './finding.ts'
import { isLineEnd, skipMarks } from './skip.ts'
import type { Span } from './span.ts'

/** What is read, who is told, and which tag handles the document declares. */
export interface Reading {
  readonly text: string
  readonly findings: Findings
  readonly handles: ReadonlyMap<string, string>
}

/** In the order of the parser's numbers, from 1. */
const STYLES = ['plain', 'single', 'double', 'literal', 'folded'] as const

/** The node of a scalar event; `after` is where the text before it, and its tag and anchor, end. */
export function scalarNode(reading: Reading, event: ScalarEvent, after: number): ScalarNode {
  const style = STYLES[event.style - 1] ?? 'plain'
  const written = getScalarValue(reading.text, event)
  const span = spanOf(reading.text, event, style, after)
  const value = style === 'double' && !event.fast ? wholeText(reading, written, span) : written
  const meaning = meaningOf(reading, event, span, value)
  if (meaning === undefined) return brokenNode(span)
  if (style !== 'literal' && style !== 'folded') return { kind: 'scalar', span, value: meaning, style }
  const block: BlockRegion = { start: event.valueStart, end: event.valueEnd, indent: event.indent }
  return { kind: 'scalar', span, value: meaning, style, block }
}

/** What stands where something was refused. */
export function brokenNode(span: Span): ScalarNode {
  return { kind: 'scalar', span, value: null, style: 'plain', broken: true }
}

/** Quotes and the header of a block belong to a scalar; one without text is empty and stands where its text would. */
function spanOf(text: string, event: ScalarEvent, style: ScalarNode['style'], after: number): Span {
  if (event.valueStart < 0) return { start: after, end: after }
  if (style === 'plain') return { start: event.valueStart, end: event.valueEnd }
  if (style === 'single' || style === 'double') return { start: event.valueStart - 1, end: event.valueEnd + 1 }
  const start = skipMarks(text, after)
  let end = event.valueEnd
  while (end > start && isLineEnd(text.charCodeAt(end - 1))) end--
  return { start, end: Math.max(end, start + 1) }
}

/** The value without halves of characters; a NUL stays, so that a path that holds one is no path either. */
function wholeText(reading: Reading, value: string, span: Span): string {
  const bad = badEscape(reading.text, span.start + 1, span.end - 1)
  if (bad === undefined) return value
  const escape = reading.text.slice(bad.span.start, bad.span.end)
  const message = `the escape \`${display(escape)}\` ${bad.why}`
  reading.findings.error(bad.span, 'forbidden-character', message, { help: 'write another character' })
  return value.toWellFormed()
}

/** The value by tag, style and text; undefined when it was refused. */
function meaningOf(reading: Reading, event: ScalarEvent, span: Span, value: string): CoreValue | undefined {
  const untagged = event.style === SCALAR_STYLE.PLAIN ? resolvePlain : String
  const meaning = event.tagStart < 0 ? untagged(value) : taggedMeaning(reading, event, value)
  if (typeof meaning !== 'number' || Number.isSafeInteger(meaning)) return meaning
  const shown = `\`${display(value, 40)}\``
  if (!Number.isFinite(meaning)) {
    const help = 'put it in quotes if a text is meant'
    reading.findings.error(span, 'not-finite', `${shown} is not a finite number, and only finite numbers are allowed`, { help })
    return undefined
  }
  if (Number.isInteger(meaning) && isInteger(value)) {
    const message = `${shown} has more digits than a number can hold and is read as ${meaning}`
    reading.findings.warning(span, 'number-imprecise', message, { help: 'put it in quotes if every digit counts' })
  }
  return meaning
}

function taggedMeaning(reading: Reading, event: ScalarEvent, value: string): CoreValue | undefined {
  const written = reading.text.slice(event.tagStart, event.tagEnd)
  if (!checkTag(reading, event, 'scalar')) return undefined
  const meaning = resolveTagged(tagName(written, reading.handles), value)
  if (meaning === undefined) {
    const message = `\`${display(value, 40)}\` is no value of the tag \`${display(written)}\``
    reading.findings.error(tagSpan(event), 'tag-mismatch', message, { help: 'remove the tag, or write a value that fits it' })
  }
  return meaning
}

/** Whether a node may have the tag that it has; tells it otherwise. */
export function checkTag(reading: Reading, event: Tagged, kind: 'scalar' | 'sequence' | 'mapping'): boolean {
  if (event.tagStart < 0) return true
  const written = reading.text.slice(event.tagStart, event.tagEnd)
  const wanted = kindOfTag(tagName(written, reading.handles))
  if (wanted === undefined) {
    const message = `the tag \`${display(written)}\` is not allowed, only those of the YAML 1.2 core schema are`
    const help = 'remove it, or put the whole value in quotes if a text that begins with `!` is meant'
    reading.findings.error(tagSpan(event), 'unknown-tag', message, { help })
    return false
  }
  if (wanted === 'any' || wanted === kind) return true
  const message = `the tag \`${display(written)}\` is for a ${wanted}, but this is a ${kind}`
  reading.findings.error(tagSpan(event), 'tag-mismatch', message, { help: 'remove the tag' })
  return false
}

type Tagged = Pick<ScalarEvent, 'tagStart' | 'tagEnd'>

function tagSpan(event: Tagged): Span {
  return { start: event.tagStart, end: event.tagEnd }
}
