/** A stretch of a text in UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A stretch as people and editors count: lines and columns from 1, columns in Unicode code points, a tab is one. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly end_line: number
  readonly end_column: number
}
