import type { BlockRegion, Document, ScalarNode } from './document.ts'
import { isBlank, isLineEnd, lineEnd, nextLine } from './skip.ts'

/**
 * Where in the text the UTF-16 unit at `index` of a scalar's string stands, whatever the style: escapes, doubled quotes, folded
 * lines and indentation are seen through. A line end that folding made is told at the one in the text; of an alias it is the
 * place in the text that the alias repeats. An index beyond the string gives the end of the scalar.
 */
export function sourceOffset(document: Document, scalar: ScalarNode, index: number): number {
  const origin = scalar.target ?? scalar
  const { start, end } = origin.span
  if (origin.style === 'plain') return Math.min(flowOffset(document.text, start, end, 'plain', index), end)
  if (origin.style === 'single' || origin.style === 'double') return flowOffset(document.text, start + 1, end - 1, origin.style, index)
  return origin.block === undefined ? start : blockOffset(document.text, origin.block, origin.style === 'folded', index)
}

/** Walks a plain or quoted text and counts what it means, piece by piece, until the piece that holds the index. */
function flowOffset(text: string, start: number, end: number, style: 'plain' | 'single' | 'double', index: number): number {
  let position = start
  let left = index
  while (position < end) {
    const piece = flowPiece(text, position, end, style)
    if (left < piece.units) return breakOf(piece, left) ?? piece.at
    left -= piece.units
    position = piece.next
  }
  return end
}

/** Of several line ends the first stands for nothing, a single one for a blank. */
function breakOf({ breaks }: Piece, unit: number): number | undefined {
  return breaks?.[breaks.length > 1 ? unit + 1 : unit]
}

/** A stretch of a flow scalar that means `units` units of its value; `breaks` holds the line ends that were folded into them. */
interface Piece {
  readonly at: number
  readonly next: number
  readonly units: number
  readonly breaks?: readonly number[]
}

function flowPiece(text: string, at: number, end: number, style: 'plain' | 'single' | 'double'): Piece {
  const unit = text.charCodeAt(at)
  if (style === 'single' && unit === 39) return { at, next: at + 2, units: 1 }
  if (style === 'double' && unit === 92) return escapePiece(text, at, end)
  if (!isBlank(unit) && !isLineEnd(unit)) return { at, next: at + 1, units: 1 }
  let blank = at
  while (blank < end && isBlank(text.charCodeAt(blank))) blank++
  if (blank === end || !isLineEnd(text.charCodeAt(blank))) return { at, next: at + 1, units: 1 }
  const { breaks, next } = fold(text, blank, end)
  return { at, next, units: Math.max(breaks.length - 1, 1), breaks }
}

/** One line end means a blank, more of them one line end less. */
function fold(text: string, at: number, end: number): { breaks: number[]; next: number } {
  const breaks: number[] = []
  let next = at
  while (next < end) {
    const unit = text.charCodeAt(next)
    if (isLineEnd(unit)) {
      breaks.push(next)
      next = nextLine(text, next)
    } else if (isBlank(unit)) next++
    else break
  }
  return { breaks, next }
}

function escapePiece(text: string, at: number, end: number): Piece {
  const mark = text.charAt(at + 1)
  if (isLineEnd(text.charCodeAt(at + 1))) return { at, next: fold(text, at + 1, end).next, units: 0 }
  if (mark === 'x') return { at, next: at + 4, units: 1 }
  if (mark === 'u') return { at, next: at + 6, units: 1 }
  if (mark !== 'U') return { at, next: at + 2, units: 1 }
  return { at, next: at + 10, units: Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1 }
}

/** Walks the lines of a literal or folded text; the line ends before a line of content are counted with that line. */
function blockOffset(text: string, block: BlockRegion, folded: boolean, index: number): number {
  let left = index
  let ends: number[] = []
  let hasText = false
  let wasDeeper = false
  for (let start = block.start; start < block.end;) {
    const end = lineEnd(text, start)
    const from = contentStart(text, start, end, block.indent)
    if (from === undefined) ends.push(end)
    else {
      const isDeeper = folded && isBlank(text.charCodeAt(from))
      const units = breaksBefore(ends.length, hasText, folded && !isDeeper && !wasDeeper)
      if (left < units) return ends[left + ends.length - units] ?? start
      left -= units
      if (left < end - from) return from + left
      left -= end - from
      ends = [end]
      hasText = true
      wasDeeper = isDeeper
    }
    start = nextLine(text, end)
  }
  return ends[left] ?? ends.at(-1) ?? block.start
}

/** How many units stand for the line ends between two lines: of a folded text one less, and a single one is a blank. */
function breaksBefore(count: number, hasText: boolean, folds: boolean): number {
  return folds && hasText ? Math.max(count - 1, 1) : count
}

/** Where the text of a line begins behind its indentation; undefined for a line that holds none. */
function contentStart(text: string, start: number, end: number, indent: number): number | undefined {
  if (indent < 0) return undefined
  let at = start
  while (at < start + indent && text.charCodeAt(at) === 32) at++
  return at >= end ? undefined : start + indent
}
