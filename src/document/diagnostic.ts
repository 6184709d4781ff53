import type { Place } from './span.ts'

export type Severity = 'error' | 'warning'

/**
 * One mistake of the author. The message is one sentence in lower case without a full stop, names in backticks, saying
 * what was found and what is allowed; `help` holds the next step. It never holds a secret or a control character.
 */
export interface Diagnostic extends Place {
  /** A stable kebab-case word; each has a page in the documentation and a golden file. */
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly help?: string
  /** Other places that belong to the mistake: the edges of a cycle, the first of two equal keys. */
  readonly related?: readonly Related[]
}

export interface Related extends Place {
  readonly message: string
}

/** By place, then errors before warnings, then by code: the order in which people read. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.severity, b.severity) || compare(a.code, b.code),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
