/** The most characters that one tool gives to the model. */
export const MOST_CHARACTERS = 30_000

/** Gathers text of any length and keeps its beginning and its end. */
export interface Excerpt {
  push(this: void, text: string): void
  /** The text, its middle cut out with a note where it was too long. */
  text(this: void): string
}

export function createExcerpt(limit: number = MOST_CHARACTERS): Excerpt {
  const half = Math.floor(limit / 2)
  let head = ''
  let tail = ''
  let length = 0
  return {
    push(text) {
      length += text.length
      const room = Math.max(0, half - head.length)
      head += text.slice(0, room)
      tail += text.slice(room)
      if (tail.length > 4 * limit) tail = tail.slice(-half)
    },
    text() {
      if (length <= 2 * half) return whole(head + tail)
      const cut = length - 2 * half
      return `${whole(head)}\n[… ${cut} characters cut …]\n${whole(tail.slice(-half))}`
    },
  }
}

/** A text with its middle cut out where it is too long. */
export function excerptOf(text: string, limit?: number): string {
  const excerpt = createExcerpt(limit)
  excerpt.push(text)
  return excerpt.text()
}

/** For a single line: control characters are blanks, and the end is cut. */
export function shortLine(text: string, limit: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return whole(line.length <= limit ? line : `${line.slice(0, limit - 1)}…`)
}

/** Half of a surrogate pair and NUL are no text that every provider takes. */
function whole(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}
