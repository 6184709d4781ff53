import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Document, DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, itemsOf, pairsOf } from '../fields.ts'
import { keywordFault } from '../schema-keyword.ts'
import type { Survey } from '../survey.ts'

/** Schemas of outputs that are no schemas: what an author is likely to get wrong, so far as it shows without compiling them. */
export function outputsMistakes({ document, steps }: Survey): Diagnostic[] {
  return [...steps.values()].flatMap(({ node }) => pairsOf(field(node, 'outputs')).flatMap(({ value }) => schemaMistakes(document, value)))
}

/** Keys that hold schemas by name, keys that hold a list of schemas, and keys that hold one. */
const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SINGLES = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties']

function schemaMistakes(document: Document, schema: DocumentNode): Diagnostic[] {
  const open: DocumentNode[] = [schema]
  for (const node of open) for (const inner of schemasIn(node)) open.push(inner)
  return open.flatMap((node) => pairsOf(node).flatMap((pair) => {
    const fault = keywordFault(pair, schema)
    return fault ? [report(document, fault.span, 'bad-schema', fault.severity ?? 'error', fault.message, { help: fault.help })] : []
  }))
}

function schemasIn(node: DocumentNode): DocumentNode[] {
  return [
    ...MAPS.flatMap((key) => pairsOf(field(node, key)).map((pair) => pair.value)),
    ...LISTS.flatMap((key) => itemsOf(field(node, key))),
    ...SINGLES.flatMap((key) => field(node, key) ?? []),
  ]
}
