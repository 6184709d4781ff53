import type { Diagnostic, Related, Severity } from './diagnostic.ts'
import type { Document } from './document.ts'
import { placeOf } from './lines.ts'
import type { Span } from './span.ts'

export interface Extras {
  readonly help?: string | undefined
  readonly related?: readonly RelatedSpan[] | undefined
}

export interface RelatedSpan {
  readonly span: Span
  readonly message: string
}

/** A diagnostic at a stretch of a document. The message must already be safe to show: see `display`. */
export function report(document: Document, span: Span, code: string, severity: Severity, message: string, extras: Extras = {}): Diagnostic {
  const related: Related[] | undefined = extras.related?.map((other) => ({ message: other.message, ...placeOf(document, other.span) }))
  return {
    code,
    severity,
    message,
    ...placeOf(document, span),
    ...(extras.help === undefined ? {} : { help: extras.help }),
    ...(related === undefined || related.length === 0 ? {} : { related }),
  }
}
