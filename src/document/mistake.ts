import type { Span } from './span.ts'

/** A mistake of syntax in words for people. */
export interface Explanation {
  readonly span: Span
  readonly code: string
  readonly message: string
  readonly help?: string | undefined
}

/** What an explanation is made from: the text, where the parser stopped and why, and the line of that place. */
export interface Stop {
  readonly text: string
  readonly at: number
  readonly reason: string
  readonly line: Span
}

/** Recognises one kind of mistake. */
export type Rule = (stop: Stop) => Explanation | undefined

/** An explanation of a stretch, which is widened to one character. */
export function explained(start: number, end: number, message: string, help?: string, code = 'yaml-syntax'): Explanation {
  const from = Math.max(start, 0)
  return { span: { start: from, end: Math.max(end, from + 1) }, code, message, help }
}
