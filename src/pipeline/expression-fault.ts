/** A mistake in an expression, at offsets of its source. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly severity?: 'warning'
  readonly start: number
  readonly end: number
  /** The names that could be read before the mistake, so that theirs are told at the same time. */
  readonly names?: readonly Mention[]
}

/** A context or function where the source names it. */
export interface Mention {
  readonly kind: 'context' | 'call'
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Thrown inside the library's callbacks, whose only way out it is; `evaluate` turns it into data. */
export class EvaluationFault extends Error {
  override readonly name = 'EvaluationFault'
}
