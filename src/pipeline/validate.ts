import type { Json } from '../base/json.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { validate } from './validator.generated.js'

/** Whether a value has the form of a pipeline; if not, every mistake at its place. What explains them loads only then. */
export async function validateShape(document: Document, value: Json): Promise<Diagnostic[]> {
  if (validate(value) || !validate.errors) return []
  const { explain } = await import('./explain.ts')
  return explain(document, validate.errors)
}
