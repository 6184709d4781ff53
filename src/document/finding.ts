import type { Severity } from './diagnostic.ts'
import type { Extras } from './report.ts'
import type { Span } from './span.ts'

/** A mistake in offsets, before the document that it belongs to is whole. */
export interface Finding extends Extras {
  readonly span: Span
  readonly code: string
  readonly severity: Severity
  readonly message: string
}

export interface Findings {
  readonly all: readonly Finding[]
  error(span: Span, code: string, message: string, extras?: Extras): void
  warning(span: Span, code: string, message: string, extras?: Extras): void
}

/** Beyond this many nobody reads on, and a hostile file could fill the disk. */
const MOST = 1000

/** Collects mistakes, and says so when there are too many to tell. */
export function createFindings(): Findings {
  const all: Finding[] = []
  const add = (finding: Finding): void => {
    if (all.length < MOST) all.push(finding)
    else if (all.length === MOST) all.push({ ...finding, code: 'too-many-mistakes', severity: 'error', ...ENOUGH })
  }
  return {
    all,
    error: (span, code, message, extras) => add({ span, code, severity: 'error', message, ...extras }),
    warning: (span, code, message, extras) => add({ span, code, severity: 'warning', message, ...extras }),
  }
}

const ENOUGH = {
  message: `there are more than ${MOST} mistakes in this file, those from here on are not told`,
  help: 'mend the first ones and validate again',
  related: undefined,
}
