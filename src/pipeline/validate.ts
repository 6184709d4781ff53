import type { Json } from '../base/json.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { createFit } from './fits.ts'
import { shape } from './shape.generated.js'

let fits: ((value: Json) => boolean) | undefined

/** Whether a value has the form of a pipeline; if not, every mistake at its place. What finds and explains them loads only then. */
export async function validateShape(document: Document, value: Json): Promise<Diagnostic[]> {
  fits ??= createFit(shape)
  if (fits(value)) return []
  const [{ validate }, { explain }] = await Promise.all([import('./validator.generated.js'), import('./explain.ts')])
  return validate(value) ? [] : explain(document, validate.errors ?? [])
}
