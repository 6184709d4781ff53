import type { Document, DocumentNode, DocumentPath } from '../document/document.ts'
import { keySpanAt, nodeAt } from '../document/locate.ts'
import type { Span } from '../document/span.ts'
import type { Shape } from './shape.ts'
import type { ShapeError } from './validator.generated.js'

/** One thing that the schema did not like, with where it is in the document. */
export interface Mistake {
  readonly error: ShapeError
  readonly path: DocumentPath
  readonly node: DocumentNode | undefined
  readonly shape: Shape
}

/** The keys and indices of a JSON pointer; a part is an index where the document has a list. */
export function pathOf(document: Document, pointer: string): DocumentPath {
  const path: (string | number)[] = []
  let node = document.root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const step = node?.kind === 'sequence' ? Number(key) : key
    path.push(step)
    node = node && nodeAt({ ...document, root: node }, [step])
  }
  return path
}

/** The value, or its key where the value is not there to be pointed at. */
export function valueSpan(document: Document, path: DocumentPath): Span {
  const node = nodeAt(document, path)
  if (node && node.span.end > node.span.start) return node.span
  return keySpanAt(document, path) ?? node?.span ?? { start: 0, end: 0 }
}

/** The key that names a thing, or the item itself; for the pipeline its first key. */
export function nameSpan(document: Document, path: DocumentPath): Span {
  const own = keySpanAt(document, path)
  if (own) return own
  const node = nodeAt(document, path)
  if (node?.kind !== 'mapping' || path.length > 0) return node?.span ?? { start: 0, end: 0 }
  return [...node.pairs.values()][0]?.keySpan ?? node.span
}
