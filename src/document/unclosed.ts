import { isBlank, isLineEnd, lineEnd, lineStart, nextLine } from './skip.ts'

/** A quote or bracket that was opened and not closed. */
export interface Opening {
  readonly offset: number
  readonly mark: string
}

/** Where reading stands: what is open, and whether a new value may begin here. */
interface Scan {
  readonly text: string
  readonly end: number
  readonly brackets: Opening[]
  position: number
  canBegin: boolean
}

/**
 * The innermost quote or bracket that is open at `end`. Made for texts that are no YAML: it looks only at quotes, brackets,
 * comments and block scalars, and may be wrong where these are a riddle to people too.
 */
export function openedBefore(text: string, end: number): Opening | undefined {
  const scan: Scan = { text, end, brackets: [], position: 0, canBegin: true }
  while (scan.position < end) {
    const quote = step(scan)
    if (quote) return quote
  }
  return scan.brackets.at(-1)
}

function step(scan: Scan): Opening | undefined {
  const { text, position } = scan
  const unit = text.charCodeAt(position)
  const mark = text.charAt(position)
  if (isLineEnd(unit)) scan.canBegin = true
  else if (mark === '#' && (position === 0 || isSpace(text, position - 1))) scan.position = lineEnd(text, position) - 1
  else if (scan.canBegin && (mark === '"' || mark === "'")) return quoted(scan, mark)
  else if (scan.canBegin && (mark === '[' || mark === '{')) scan.brackets.push({ offset: position, mark })
  else if (scan.canBegin && (mark === '|' || mark === '>') && scan.brackets.length === 0) skipBlock(scan)
  else if (scan.canBegin && (mark === '&' || mark === '!')) skipProperty(scan)
  else if (!isBlank(unit)) scan.canBegin = isSeparator(scan, mark)
  scan.position++
  return undefined
}

/** Moves to the closing quote; the opening one is the answer when there is none. */
function quoted(scan: Scan, mark: string): Opening | undefined {
  const offset = scan.position
  const { text, end } = scan
  for (let at = offset + 1; at < end; at++) {
    if (mark === '"' && text.charAt(at) === '\\') at++
    else if (mark === "'" && text.startsWith("''", at)) at++
    else if (text.charAt(at) === mark) {
      scan.position = at + 1
      scan.canBegin = false
      return undefined
    }
  }
  return { offset, mark }
}

/** Past the lines that are empty or deeper than the line of the header. */
function skipBlock(scan: Scan): void {
  const { text } = scan
  const start = lineStart(text, scan.position)
  const indent = blanksAt(text, start)
  let next = nextLine(text, lineEnd(text, scan.position))
  while (next < scan.end) {
    const end = lineEnd(text, next)
    const blanks = blanksAt(text, next)
    if (blanks <= indent && next + blanks < end) break
    next = nextLine(text, end)
  }
  scan.position = next - 1
  scan.canBegin = true
}

function skipProperty(scan: Scan): void {
  while (scan.position + 1 < scan.end && !isSpace(scan.text, scan.position + 1)) scan.position++
}

/** Whether a value may begin behind a mark; closes brackets. */
function isSeparator(scan: Scan, mark: string): boolean {
  const { text, position, brackets } = scan
  if (brackets.length > 0 && (mark === ']' || mark === '}')) brackets.pop()
  if (brackets.length > 0 && mark === ',') return true
  if (mark === ':') return position + 1 >= text.length || isSpace(text, position + 1) || isBehindJson(scan)
  return scan.canBegin && (mark === '-' || mark === '?') && isSpace(text, position + 1)
}

/** Inside brackets a colon needs no space behind a quote or a bracket, as in JSON. */
function isBehindJson({ text, position, brackets }: Scan): boolean {
  return brackets.length > 0 && /["'}\]]/.test(text.charAt(position - 1))
}

function isSpace(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return isBlank(unit) || isLineEnd(unit)
}

function blanksAt(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) === 32) at++
  return at - start
}
