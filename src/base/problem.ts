/** One finding of a tool in a file: the common form of a compiler error, a lint message and a failed test. */
export interface Problem {
  /** Relative to the repository's top; null where the tool named none. */
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly rule: string | null
}
