/** The beginning and the end of an output, however long it is. */
export interface Excerpt {
  push(text: string): void
  /** With a line that tells how much is left out between them. */
  text(): string
}

/** Keeps so many characters of the beginning and of the end. */
export function createExcerpt(headLength: number, tailLength: number): Excerpt {
  let head = ''
  let tail = ''
  let total = 0
  return {
    push: (text) => {
      const room = headLength - head.length
      head += text.slice(0, Math.max(0, room))
      tail += text.slice(Math.max(0, room))
      total += text.length
      // Cut seldom, so that many small pieces stay cheap.
      if (tail.length > 4 * tailLength) tail = tail.slice(-tailLength)
    },
    text: () => {
      const end = tail.slice(-tailLength)
      const missing = total - head.length - end.length
      return missing === 0 ? head + end : `${head}\n… ${missing} characters are left out here …\n${end}`.toWellFormed()
    },
  }
}

/** An output as far as it may be judged. */
export interface Capture {
  readonly text: string
  /** More came than was kept. */
  readonly isCut: boolean
}

/** Keeps an output up to so many characters. */
export function createCapture(longest: number): { push(text: string): void; read(): Capture } {
  const parts: string[] = []
  let length = 0
  let isCut = false
  return {
    push: (text) => {
      const room = longest - length
      isCut ||= text.length > room
      parts.push(text.slice(0, room))
      length += Math.min(text.length, room)
    },
    read: () => ({ text: parts.join(''), isCut }),
  }
}
