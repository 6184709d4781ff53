/** An answer, or that there was none. */
export interface Answer {
  readonly status: number | null
  readonly headers: Headers
  readonly value: unknown
  /** Why there is none. */
  readonly fault: string | undefined
}
