import { DEEPEST } from './anchors.ts'
import { display } from './display.ts'
import { isBlank, isLineEnd, lineEnd, lineStart, skipBlank } from './skip.ts'
import type { Span } from './span.ts'
import { openedBefore } from './unclosed.ts'

export interface Explanation {
  readonly span: Span
  readonly code: string
  readonly message: string
  readonly help?: string | undefined
}

/** What is looked at: the text, where the parser stopped and why, and the line of that place. */
interface Stop {
  readonly text: string
  readonly at: number
  readonly reason: string
  readonly line: Span
}

/** A mistake of syntax in words for people: where the parser stopped is often not where the author went wrong. */
export function explain(text: string, position: number, reason: string): Explanation {
  const at = Math.max(Math.min(position, text.length), 0)
  const stop: Stop = { text, at, reason, line: { start: lineStart(text, at), end: lineEnd(text, at) } }
  for (const rule of RULES) {
    const found = rule(stop)
    if (found) return { code: 'yaml-syntax', ...found }
  }
  return { code: 'yaml-syntax', span: { start: at, end: at + 1 }, message: `this is no YAML: ${display(reason, 120)}` }
}

type Rule = (stop: Stop) => (Omit<Explanation, 'code'> & { readonly code?: string }) | undefined

const tooDeep: Rule = ({ at, reason }) =>
  reason.startsWith('nesting exceeded') ? { code: 'too-deep', span: { start: at, end: at + 1 }, message: `the file is nested more than ${DEEPEST} levels deep` } : undefined

const tabAsIndentation: Rule = ({ text, line }) => {
  const first = skipOver(text, line.start, line.end)
  const tab = text.slice(line.start, first).indexOf('\t')
  if (tab === -1 || first === line.end) return undefined
  return { span: { start: line.start + tab, end: line.start + tab + 1 }, message: 'a tab indents this line, only spaces may do so', help: 'replace the tab by spaces' }
}

const mustache: Rule = ({ text, line }) => {
  const start = text.slice(line.start, line.end).search(/(?<!\$)\{\{/)
  if (start === -1) return undefined
  const span = { start: line.start + start, end: line.start + start + 2 }
  return { span, message: '`{{` begins a mapping inside a mapping, and that cannot be read here', help: 'write an expression as `${{ … }}`, or put the value in quotes if the text itself is meant' }
}

const expressionInFlow: Rule = ({ text, at, line, reason }) => {
  if (!reason.includes('flow collection') && !reason.includes('node content')) return undefined
  const start = text.slice(line.start, Math.min(at + 3, line.end)).lastIndexOf('${{')
  if (start === -1) return undefined
  const span = { start: line.start + start, end: line.start + start + 3 }
  return { span, message: 'an expression stands without quotes inside `{ }` or `[ ]`, whose braces and commas end it', help: 'put the whole value in quotes: `"${{ … }}"`' }
}

const unclosed: Rule = ({ text, at, reason }) => {
  if (!reason.startsWith('unexpected end') && !reason.startsWith('deficient indentation') && !reason.startsWith('missed comma')) return undefined
  const opening = openedBefore(text, at)
  if (!opening) return undefined
  const isQuote = opening.mark === '"' || opening.mark === "'"
  if (reason.startsWith('missed comma') && !isQuote) return undefined
  const span = { start: opening.offset, end: opening.offset + 1 }
  if (isQuote) return { span, message: 'the text that begins with this quote has no closing quote', help: `end the text with \`${opening.mark}\`` }
  const closing = opening.mark === '[' ? ']' : '}'
  return { span, message: `the \`${opening.mark}\` is not closed, or what it holds is not indented deeper than its key`, help: `end it with \`${closing}\`` }
}

const colonInValue: Rule = ({ text, at, line, reason }) => {
  if (reason !== 'bad indentation of a mapping entry' || text.charAt(at) !== ':') return undefined
  const before = text.slice(line.start, at)
  const first = before.search(/:\s/)
  if (first === -1 || before.slice(0, first).trim() === '') return undefined
  return { span: { start: at, end: at + 1 }, message: 'a second colon with a space behind it stands in a value without quotes, where it would begin a mapping', help: 'put the value in quotes, or write it as a block: `|` and the text indented below' }
}

const missingColon: Rule = (stop) => {
  if (!stop.reason.includes('multiline key') && !stop.reason.startsWith("expected ':'") && !stop.reason.startsWith('end of the stream')) return undefined
  const span = wordsWithoutColon(stop, 20)
  return span && withoutColon(stop.text, span)
}

function withoutColon(text: string, span: Span): Omit<Explanation, 'code'> {
  const words = text.slice(span.start, span.end)
  const shown = `\`${display(words, 40)}\``
  const glued = /^[\w.-]+:(?=[^\s/])/.exec(words)?.[0]
  if (glued !== undefined) return { span, message: `${shown} is no key with a value, since no space stands behind its colon`, help: `write a space behind \`${glued}\`` }
  return { span, message: `${shown} stands where a key must stand, and has no colon behind it`, help: 'write `key: value`, or put a text of several lines in quotes' }
}

/** The last line at or before the place that is neither `key:` nor an item, looking at so many lines. */
function wordsWithoutColon({ text, at }: Pick<Stop, 'text' | 'at'>, lines: number): Span | undefined {
  let end = at
  for (let tries = 0; tries < lines && end >= 0; tries++) {
    const start = lineStart(text, end)
    const line = text.slice(start, lineEnd(text, end)).replace(/\s#.*$/s, '').trimEnd()
    const indent = line.length - line.trimStart().length
    if (line.length > indent && !/(:\s|:$)|^\s*(#|---|\.\.\.|- )/.test(line)) return { start: start + indent, end: start + line.length }
    end = start - 1
  }
  return undefined
}

const deeperThanNeighbours: Rule = ({ text, at, line, reason }) => {
  if (!reason.startsWith('bad indentation') || text.charAt(at) !== ':') return undefined
  const start = skipOver(text, line.start, line.end)
  const above = wordsWithoutColon({ text, at: line.start - 1 }, 1)
  if (above) return withoutColon(text, above)
  const key = `\`${display(text.slice(start, at).trim(), 40)}\``
  return { span: { start, end: at }, message: `the key ${key} is indented deeper than the line above, which has a value already`, help: 'let the keys of one mapping begin in the same column' }
}

const listOnKeyLine: Rule = ({ text, at, line, reason }) => {
  if (!reason.startsWith('bad indentation') || text.charAt(at) !== '-') return undefined
  const isAlone = skipOver(text, line.start, line.end) === at
  const span = { start: at, end: at + 1 }
  if (isAlone) return { span, message: 'this item begins in another column than the items above it', help: 'let the items of one list begin in the same column' }
  return { span, message: 'a list cannot begin on the line of its key', help: 'begin it on the next line, or write it in `[ ]`' }
}

const textBehindQuote: Rule = ({ text, at, line, reason }) => {
  if (!reason.startsWith('bad indentation') && !reason.startsWith('end of the stream') && !reason.startsWith('missed comma') && !reason.startsWith("expected ':'")) return undefined
  const before = text.slice(line.start, at).trimEnd()
  if (!/["']$/.test(before) || at >= line.end) return undefined
  return { span: { start: at, end: line.end }, message: 'text follows the closing quote of a value', help: 'put the whole value in quotes; inside `"` write `\\"`, inside `\'` write `\'\'`' }
}

const reservedStart: Rule = ({ text, at, reason }) => {
  const mark = text.charAt(at)
  if (!reason.startsWith('bad indentation') && !reason.startsWith('end of the stream') && !reason.startsWith('missed comma')) return undefined
  if (mark === '@' || mark === '`' || mark === '%') return { span: { start: at, end: at + 1 }, message: `a value without quotes cannot begin with ${mark === '`' ? 'a backtick' : `\`${mark}\``}`, help: 'put the value in quotes' }
  if (mark !== ']' && mark !== '}') return undefined
  return { span: { start: at, end: at + 1 }, message: `this \`${mark}\` closes nothing`, help: 'remove it, or put the value in quotes' }
}

const missingComma: Rule = ({ text, at, reason }) => {
  const span = { start: at, end: Math.max(at + 1, wordEnd(text, at)) }
  if (reason.startsWith('missed comma')) return { span, message: 'a comma is missing in front of this', help: 'separate entries by commas, and put texts that hold `,`, `[`, `]`, `{` or `}` in quotes' }
  return reason.includes("but found ','") ? { span: { start: at, end: at + 1 }, message: 'an entry is missing in front of this comma', help: 'remove one comma' } : undefined
}

const badEscape: Rule = ({ text, at, reason }) => {
  if (reason !== 'unknown escape sequence' && reason !== 'expected hexadecimal character') return undefined
  const start = Math.max(text.lastIndexOf('\\', at), 0)
  return { span: { start, end: at + 1 }, message: `\`${display(text.slice(start, at + 1))}\` is no escape that YAML knows`, help: 'write a backslash as `\\\\`, or use single quotes, in which it is an ordinary character' }
}

const undeclaredTag: Rule = ({ text, at, reason }) => {
  if (!reason.startsWith('undeclared tag')) return undefined
  let start = at
  while (start > 0 && !isBlank(text.charCodeAt(start - 1)) && !isLineEnd(text.charCodeAt(start - 1))) start--
  const tag = `\`${display(text.slice(start, at), 40)}\``
  return { code: 'unknown-tag', span: { start, end: at }, message: `the tag ${tag} is not allowed, only those of the YAML 1.2 core schema are`, help: 'put the value in quotes if a text that begins with `!` is meant' }
}

const blockHeader: Rule = ({ at, line, reason }) => {
  if (reason !== 'a line break is expected') return undefined
  return { span: { start: at, end: line.end }, message: 'text stands on the line of the `|` or `>` that begins a block', help: 'begin the text on the next line, indented deeper than its key' }
}

const badName: Rule = ({ at, reason }) => {
  const mark = reason.includes('alias node') ? '*' : reason.includes('anchor') ? '&' : reason.includes('tag') ? '!' : undefined
  if (mark === undefined || reason.startsWith('ill-formed') || reason.includes('declared')) return undefined
  return { span: { start: Math.max(at - 1, 0), end: Math.max(at, 1) }, message: `a value that begins with \`${mark}\` is ${NAMES[mark]}, and this is no good one`, help: 'put the value in quotes if a text is meant' }
}

const NAMES = { '*': 'an alias', '&': 'the name of an anchor', '!': 'a tag' } as const

const wrongLevel: Rule = ({ text, at, reason }) => {
  if (!reason.startsWith('bad indentation') && !reason.startsWith('end of the stream')) return undefined
  return { span: { start: at, end: Math.max(at + 1, wordEnd(text, at)) }, message: 'this does not belong to what stands above it: the indentation differs, or a value has ended already', help: 'let the keys of one mapping, and the items of one list, begin in the same column' }
}

/** The first that recognises its mistake explains it. */
const RULES: readonly Rule[] = [
  tooDeep, tabAsIndentation, mustache, expressionInFlow, unclosed, colonInValue, deeperThanNeighbours, listOnKeyLine, textBehindQuote,
  reservedStart, missingColon, missingComma, badEscape, undeclaredTag, blockHeader, badName, wrongLevel,
]

function skipOver(text: string, start: number, end: number): number {
  return Math.min(skipBlank(text, start), end)
}

function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !isLineEnd(text.charCodeAt(end))) end++
  return end
}
