import type { Document } from './document.ts'
import type { Place, Span } from './span.ts'

/**
 * Where the lines of a text begin, and where a character takes two UTF-16 units: enough to turn offsets into lines and
 * columns, and back, in logarithmic time. Lines end with LF, CRLF or CR; a byte order mark has no column.
 */
export interface LineIndex {
  readonly text: string
  readonly starts: readonly number[]
  /** Offsets of the second halves of characters beyond U+FFFF. */
  readonly halves: readonly number[]
}

const indexes = new WeakMap<Document, LineIndex>()

/** The place of a stretch; one that holds nothing is told as one column, so that it begins before it ends. */
export function placeOf(document: Document, span: Span): Place {
  return placeIn(lineIndex(document), document.file, span)
}

/** The lines of a document, counted once. */
export function lineIndex(document: Document): LineIndex {
  let index = indexes.get(document)
  if (index === undefined) {
    index = indexLines(document.text)
    indexes.set(document, index)
  }
  return index
}

export function indexLines(text: string): LineIndex {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0]
  const halves: number[] = []
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || unit === 13) {
      if (unit === 13 && text.charCodeAt(at + 1) === 10) at++
      starts.push(at + 1)
    } else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) halves.push(++at)
  }
  return { text, starts, halves }
}

function placeIn(index: LineIndex, file: string, span: Span): Place {
  const start = position(index, span.start)
  const end = position(index, Math.max(span.end, span.start))
  const empty = end.line === start.line && end.column <= start.column
  return { file, line: start.line, column: start.column, end_line: end.line, end_column: empty ? start.column + 1 : end.column }
}

function position(index: LineIndex, offset: number): { line: number; column: number } {
  const line = Math.max(countUpTo(index.starts, offset), 1)
  const { start, end } = lineBounds(index, line)
  const at = Math.min(Math.max(offset, start), end)
  return { line, column: at - start + 1 - (countUpTo(index.halves, at) - countUpTo(index.halves, start)) }
}

/** The offset of a column (in code points from 1) in a line, at most the end of the line. */
export function offsetAt(index: LineIndex, line: number, column: number): number {
  const { start, end } = lineBounds(index, line)
  const before = countUpTo(index.halves, start)
  let low = before
  let high = countUpTo(index.halves, end)
  while (low < high) {
    const middle = (low + high) >> 1
    if ((index.halves[middle] ?? 0) - 1 - start - (middle - before) < column - 1) low = middle + 1
    else high = middle
  }
  return Math.min(start + Math.max(column - 1, 0) + (low - before), end)
}

/** Where a line stands in the text, without its line end; a line that is not there is empty, at the end. */
export function lineBounds(index: LineIndex, line: number): Span {
  const { text, starts } = index
  const start = starts[line - 1] ?? text.length
  let end = starts[line] ?? text.length
  if (line < starts.length && text.charCodeAt(end - 1) === 10) end--
  if (line < starts.length && end > start && text.charCodeAt(end - 1) === 13) end--
  return { start, end }
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
