import { display } from './display.ts'
import { explained } from './mistake.ts'
import type { Explanation, Rule, Stop } from './mistake.ts'
import { lineEnd, lineStart, skipBlank, wordEnd } from './skip.ts'
import type { Span } from './span.ts'

const SAME_COLUMN = 'let the keys of one mapping begin in the same column'

/** `\tkey: value` */
export const tabAsIndentation: Rule = ({ text, line }) => {
  const first = firstOf(text, line)
  const tab = text.slice(line.start, first).indexOf('\t')
  if (tab === -1 || first === line.end) return undefined
  return explained(line.start + tab, line.start + tab + 1, 'a tab indents this line, only spaces may do so', 'replace the tab by spaces')
}

/** `%name` in the first column, which is no text to YAML. */
export const directive: Rule = ({ text, at, reason }) => {
  if (!reason.includes('directive') && !reason.includes('YAML version')) return undefined
  const start = text.search(/^%/m)
  if (start === -1 || start > at) return undefined
  const help = reason.includes('version') ? 'leave it out, or write `%YAML 1.2`' : 'leave it out, or put the value in quotes if a text is meant'
  return explained(start, lineEnd(text, start), 'a line that begins with `%` is a directive of YAML, and this one is not known here', help)
}

/** `key: some text: more` */
export const colonInValue: Rule = ({ text, at, line, reason }) => {
  if (reason !== 'bad indentation of a mapping entry' || text.charAt(at) !== ':') return undefined
  const before = text.slice(line.start, at)
  const first = before.search(/:\s/)
  if (first === -1 || before.slice(0, first).trim() === '') return undefined
  return explained(
    at,
    at + 1,
    'a second colon with a space behind it stands in a value without quotes, where it would begin a mapping',
    'put the value in quotes, or write it as a block: `|` and the text indented below',
  )
}

/** A value, and below it a key that is indented deeper. */
export const deeperThanNeighbours: Rule = ({ text, at, line, reason }) => {
  if (!reason.startsWith('bad indentation') || text.charAt(at) !== ':') return undefined
  const above = wordsWithoutColon({ text, at: line.start - 1 }, 1)
  if (above) return withoutColon(text, above)
  const start = firstOf(text, line)
  const key = display(text.slice(start, at).trim(), 40)
  return explained(start, at, `the key \`${key}\` is indented deeper than the line above, which has a value already`, SAME_COLUMN)
}

/** `key: - item`, or an item in another column than those above. */
export const listOnKeyLine: Rule = ({ text, at, line, reason }) => {
  if (!reason.startsWith('bad indentation') || text.charAt(at) !== '-') return undefined
  if (firstOf(text, line) === at) {
    const help = 'let the items of one list begin in the same column'
    return explained(at, at + 1, 'this item begins in another column than the items above it', help)
  }
  return explained(at, at + 1, 'a list cannot begin on the line of its key', 'begin it on the next line, or write it in `[ ]`')
}

/** A line of words alone, where a key must stand. */
export const missingColon: Rule = (stop) => {
  const { reason } = stop
  if (!reason.includes('multiline key') && !reason.startsWith("expected ':'") && !reason.startsWith('end of the stream')) return undefined
  const span = wordsWithoutColon(stop, 20)
  return span && withoutColon(stop.text, span)
}

/** What is left of wrong indentation. */
export const wrongLevel: Rule = ({ text, at, reason }) => {
  if (!reason.startsWith('bad indentation') && !reason.startsWith('end of the stream')) return undefined
  return explained(
    at,
    wordEnd(text, at),
    'this does not belong to what stands above it: the indentation differs, or a value has ended already',
    'let the keys of one mapping, and the items of one list, begin in the same column',
  )
}

function withoutColon(text: string, span: Span): Explanation {
  const words = text.slice(span.start, span.end)
  const shown = `\`${display(words, 40)}\``
  const glued = /^[\w.-]+:(?=[^\s/])/.exec(words)?.[0]
  if (glued !== undefined) {
    const message = `${shown} is no key with a value, since no space stands behind its colon`
    return explained(span.start, span.end, message, `write a space behind \`${display(glued, 40)}\``)
  }
  const help = words.includes('：') ? 'write an ordinary colon `:` and a space behind it' : 'write `key: value`, or put a text of several lines in quotes'
  return explained(span.start, span.end, `${shown} stands where a key must stand, and has no colon behind it`, help)
}

/** The last line at or before the place that is neither `key:` nor an item, looking at so many lines. */
function wordsWithoutColon({ text, at }: Pick<Stop, 'text' | 'at'>, lines: number): Span | undefined {
  let end = at
  for (let tries = 0; tries < lines && end >= 0; tries++) {
    const start = lineStart(text, end)
    const line = withoutComment(text.slice(start, lineEnd(text, end))).trimEnd()
    const indent = line.length - line.trimStart().length
    if (line.length > indent && !/(:\s|:$)|^\s*(#|---|\.\.\.|- )/.test(line)) return { start: start + indent, end: start + line.length }
    end = start - 1
  }
  return undefined
}

function withoutComment(line: string): string {
  const comment = line.search(/\s#/)
  return comment === -1 ? line : line.slice(0, comment)
}

/** Where the words of a line begin; its end when it has none. */
function firstOf(text: string, line: Span): number {
  return Math.min(skipBlank(text, line.start), line.end)
}
