/** A here-document that was announced on a line and begins on the next. */
export interface Heredoc {
  readonly mark: string
  /** A quoted mark: nothing in the text is expanded. */
  readonly quoted: boolean
  /** `<<-`: tabs before the lines do not count. */
  readonly tabs: boolean
}

/** Reads what stands behind `<<`; undefined where no mark follows. `next` is the offset behind it. */
export function readMark(text: string, start: number): { readonly heredoc: Heredoc; readonly next: number } | undefined {
  const tabs = text[start] === '-'
  let at = tabs ? start + 1 : start
  while (text[at] === ' ' || text[at] === '\t') at += 1
  let mark = ''
  let quoted = false
  for (; at < text.length && !/[\s;&|<>()]/.test(text[at] ?? ''); at += 1) {
    const character = text[at] ?? ''
    if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1)
      quoted = true
      mark += text.slice(at + 1, end < 0 ? text.length : end)
      at = end < 0 ? text.length : end
    } else if (character === '\\') {
      quoted = true
      mark += text[at + 1] ?? ''
      at += 1
    } else mark += character
  }
  return mark === '' && !quoted ? undefined : { heredoc: { mark, quoted, tabs }, next: at }
}

/** The end of a here-document's text, and of the line of its mark. */
export interface Body {
  readonly end: number
  readonly resume: number
}

/** Where the text ends that begins at `start`, and what stands behind the line of its mark; both at most `limit`. */
export function bodyEnd(text: string, start: number, limit: number, { mark, tabs }: Heredoc): Body {
  for (let line = start; line < limit;) {
    const found = text.indexOf('\n', line)
    const end = found < 0 || found > limit ? limit : found
    const from = tabs ? behindTabs(text, line) : line
    if (end - from === mark.length && text.startsWith(mark, from)) return { end: line, resume: Math.min(end + 1, limit) }
    line = end + 1
  }
  return { end: limit, resume: limit }
}

function behindTabs(text: string, start: number): number {
  let at = start
  while (text[at] === '\t') at += 1
  return at
}
