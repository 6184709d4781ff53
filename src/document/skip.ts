const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const HASH = 35
const BYTE_ORDER_MARK = 0xfeff

/** The first offset from `at` on that is neither blank, line end nor comment. Must not be called inside a scalar. */
export function skipBlank(text: string, at: number): number {
  let position = at
  for (;;) {
    const unit = text.charCodeAt(position)
    if (isBlank(unit) || isLineEnd(unit) || unit === BYTE_ORDER_MARK) position++
    else if (unit === HASH) position = lineEnd(text, position)
    else return position
  }
}

/** The same, and past the marks between nodes: `-`, `?`, `:` and `,`. */
export function skipMarks(text: string, at: number): number {
  let position = skipBlank(text, at)
  while (isMark(text.charCodeAt(position))) position = skipBlank(text, position + 1)
  return position
}

/** Where the line that holds `at` ends, before its line end. */
export function lineEnd(text: string, at: number): number {
  let position = at
  while (position < text.length && !isLineEnd(text.charCodeAt(position))) position++
  return position
}

/** Where the line after the one that ends at `end` begins. */
export function nextLine(text: string, end: number): number {
  return text.charCodeAt(end) === CARRIAGE_RETURN && text.charCodeAt(end + 1) === LINE_FEED ? end + 2 : end + 1
}

/** Where the line that holds `at` begins. */
export function lineStart(text: string, at: number): number {
  let position = text.charCodeAt(at) === LINE_FEED && text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at
  while (position > 0 && !isLineEnd(text.charCodeAt(position - 1))) position--
  return position
}

/** Where the word that holds `at` ends. */
export function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !isLineEnd(text.charCodeAt(end))) end++
  return end
}

export function isLineEnd(unit: number): boolean {
  return unit === LINE_FEED || unit === CARRIAGE_RETURN
}

export function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB
}

function isMark(unit: number): boolean {
  return unit === 45 || unit === 63 || unit === 58 || unit === 44
}
