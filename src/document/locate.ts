import type { Document, DocumentNode, DocumentPath } from './document.ts'
import { placeOf } from './lines.ts'
import type { Place, Span } from './span.ts'

/** The node that a path of keys and indices (from 0) leads to; undefined where the path leaves the document. */
export function nodeAt(document: Document, path: DocumentPath): DocumentNode | undefined {
  let node = document.root
  for (const step of path) node = node && child(node, step)
  return node
}

/** The span of the key that the last element of a path names; undefined when there is no such key, as for an item of a list. */
export function keySpanAt(document: Document, path: DocumentPath): Span | undefined {
  const parent = nodeAt(document, path.slice(0, -1))
  const last = path.at(-1)
  return parent?.kind === 'mapping' && last !== undefined ? parent.pairs.get(String(last))?.keySpan : undefined
}

/** The place of the node at a path; where there is none, that of the nearest key above it, or the beginning of the document. */
export function pathPlace(document: Document, path: DocumentPath): Place {
  const node = nodeAt(document, path)
  if (node) return placeOf(document, node.span)
  for (let length = path.length - 1; length > 0; length--) {
    const above = path.slice(0, length)
    const span = keySpanAt(document, above) ?? nodeAt(document, above)?.span
    if (span) return placeOf(document, span)
  }
  const start = document.root?.span.start ?? 0
  return placeOf(document, { start, end: start })
}

function child(node: DocumentNode, step: string | number): DocumentNode | undefined {
  if (node.kind === 'mapping') return node.pairs.get(String(step))?.value
  return node.kind === 'sequence' && typeof step === 'number' ? node.items[step] : undefined
}
