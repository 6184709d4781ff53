import type { Span } from './span.ts'

export interface BadEscape {
  readonly span: Span
  readonly why: string
}

const LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/**
 * The first escape of a double-quoted text that stands for no character that a text may hold: NUL, which no program takes as
 * an argument, half of a character, or a number beyond Unicode. The text itself is well-formed YAML.
 */
export function badEscape(text: string, start: number, end: number): BadEscape | undefined {
  let position = text.indexOf('\\', start)
  while (position !== -1 && position < end) {
    const length = 2 + (LENGTHS[text.charAt(position + 1)] ?? 0)
    const span = { start: position, end: position + length }
    const code = codeOf(text, position, length)
    if (code === 0) return { span, why: 'stands for U+0000 (NUL), which a text must not hold' }
    if (code > 0x10ffff) return { span, why: 'is beyond the last character of Unicode' }
    if (code >= 0xd800 && code < 0xe000) {
      if (code >= 0xdc00 || !isLowHalf(text, span.end)) return { span, why: 'is only half of a character' }
      position += 6
    }
    position = text.indexOf('\\', position + length)
  }
  return undefined
}

function codeOf(text: string, at: number, length: number): number {
  if (length > 2) return Number.parseInt(text.slice(at + 2, at + length), 16)
  return text.charAt(at + 1) === '0' ? 0 : 1
}

function isLowHalf(text: string, at: number): boolean {
  return text.startsWith('\\u', at) && (Number.parseInt(text.slice(at + 2, at + 6), 16) & 0xfc00) === 0xdc00
}
