import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Document, DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { nearest } from '../../document/suggest.ts'
import { field, itemsOf, mentionOf, pairsOf } from '../fields.ts'
import { didYouMean, found, oneOf } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** Schemas of outputs that are no schemas: what an author is likely to get wrong, so far as it shows without compiling them. */
export function outputsMistakes({ document, steps }: Survey): Diagnostic[] {
  return [...steps.values()].flatMap(({ node }) => pairsOf(field(node, 'outputs')).flatMap(({ value }) => schemaMistakes(document, value)))
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
/** Keys that hold schemas by name, keys that hold a list of schemas, and keys that hold one. */
const MAPS = ['properties', 'patternProperties', '$defs']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SINGLES = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames']

function schemaMistakes(document: Document, schema: DocumentNode): Diagnostic[] {
  const open: DocumentNode[] = [schema]
  for (const node of open) for (const inner of schemasIn(node)) open.push(inner)
  return open.flatMap((node) => typeMistakes(document, field(node, 'type')))
}

function schemasIn(node: DocumentNode): DocumentNode[] {
  return [
    ...MAPS.flatMap((key) => pairsOf(field(node, key)).map((pair) => pair.value)),
    ...LISTS.flatMap((key) => itemsOf(field(node, key))),
    ...SINGLES.flatMap((key) => field(node, key) ?? []),
  ]
}

function typeMistakes(document: Document, type: DocumentNode | undefined): Diagnostic[] {
  if (!type) return []
  const nodes = type.kind === 'sequence' ? type.items : [type]
  return nodes.flatMap((node) => {
    const word = mentionOf(node)?.name
    if (word !== undefined && TYPES.includes(word)) return []
    const help = word === undefined ? undefined : didYouMean(nearest(word, TYPES))
    const message = `the \`type\` of a JSON Schema must be ${oneOf(TYPES)}, not ${found(node)}`
    return [report(document, node.span, 'bad-schema', 'error', message, { help })]
  })
}
