/** A text is read as pieces: what stands outside `${{ }}`, and the expressions. */
export type Segment = TextSegment | ExpressionSegment

export interface TextSegment {
  readonly kind: 'text'
  readonly text: string
}

export interface ExpressionSegment {
  readonly kind: 'expression'
  /** What stands between `${{` and `}}`, blanks and all. */
  readonly source: string
  /** Offsets of the source inside the text, end exclusive. */
  readonly start: number
  readonly end: number
  /** False where no `}}` ends it; it then reaches to the end of its line, or to the next `${{`. */
  readonly closed: boolean
}

const OPEN = '${{'
const CLOSE = '}}'

/** Whether a text needs the expression library at all. */
export function hasExpression(text: string): boolean {
  return text.includes(OPEN)
}

/** The pieces of a text in their order. A `}}` inside a string of an expression does not end it. */
export function scanTemplate(text: string): Segment[] {
  const segments: Segment[] = []
  let from = 0
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, from)) {
    if (open > from) segments.push({ kind: 'text', text: text.slice(from, open) })
    const segment = readExpression(text, open + OPEN.length)
    segments.push(segment)
    from = segment.closed ? segment.end + CLOSE.length : segment.end
  }
  if (from < text.length) segments.push({ kind: 'text', text: text.slice(from) })
  return segments
}

function readExpression(text: string, start: number): ExpressionSegment {
  let quoted = false
  // Where it ends if nothing closes it.
  let stop = text.length
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (character === "'") quoted = !quoted
    const opensAnother = character === '$' && text.startsWith(OPEN, at)
    if (character === '\n' || opensAnother) stop = Math.min(stop, at)
    if (quoted) continue
    if (opensAnother) break
    if (character === '}' && text.startsWith(CLOSE, at)) return expression(text, start, at, true)
  }
  return expression(text, start, stop, false)
}

function expression(text: string, start: number, end: number, closed: boolean): ExpressionSegment {
  return { kind: 'expression', source: text.slice(start, end), start, end, closed }
}

/** The one expression that a condition is, written with or without `${{ }}`; undefined when it is something else. */
export function conditionExpression(text: string): Omit<ExpressionSegment, 'kind'> | undefined {
  if (!hasExpression(text)) return { source: text, start: 0, end: text.length, closed: true }
  const [only, ...others] = scanTemplate(text).filter((segment) => segment.kind === 'expression' || segment.text.trim() !== '')
  return only?.kind === 'expression' && others.length === 0 ? only : undefined
}
