import { objectIn } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'

/** Cuts output into lines, and takes those apart that are JSON objects. */
export interface JsonLines {
  push(text: string): void
  /** Whatever is left is a line too. */
  end(): void
}

/** A longer line is no event. */
const LONGEST = 16_777_216

export function createLines(onEvent: (event: JsonObject) => void, onText: (line: string) => void): JsonLines {
  let rest = ''
  const line = (text: string): void => {
    if (text.trim() === '') return
    const event = objectIn(text)
    if (event) onEvent(event)
    else onText(text)
  }
  return {
    push(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > LONGEST) rest = ''
      for (const text of lines) line(text)
    },
    end() {
      line(rest)
      rest = ''
    },
  }
}
