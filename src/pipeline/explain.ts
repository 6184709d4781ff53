import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { nodeAt } from '../document/locate.ts'
import { explainKeys } from './explain-keys.ts'
import { explainValue } from './explain-value.ts'
import { pathOf } from './mistake.ts'
import type { Mistake } from './mistake.ts'
import { shapeAt } from './shape.ts'
import type { Shape } from './shape.ts'
import type { ShapeError } from './validator.generated.js'

/** What about the keys of a mapping can be wrong; everything else is about a value. */
const ABOUT_KEYS = new Set(['additionalProperties', 'required', 'anyOf', 'propertyNames', 'false schema'])

/** A list of a million wrong items is not explained a million times. */
const MOST_EXPLAINED = 20_000

/**
 * The findings of the schema in words, one diagnostic for each mistake, with the exact key or value that is to blame; `root` is the
 * schema where it is not that of pipelines.
 */
export function explain(document: Document, errors: readonly ShapeError[], root?: Shape): Diagnostic[] {
  const mistakes = errors.slice(0, MOST_EXPLAINED).filter(isTold).map((error) => mistakeOf(document, error, root)).filter(isNew)
  const owners = new Map<string, Mistake[]>()
  const values = new Map<string, Mistake>()
  const misplaced = new Set<string>()
  for (const mistake of mistakes) {
    const { keyword, instancePath } = mistake.error
    if (keyword === 'false schema') misplaced.add(instancePath)
    if (ABOUT_KEYS.has(keyword)) add(owners, ownerPath(mistake.error), mistake)
    else if (!values.has(instancePath) || keyword === 'type') values.set(instancePath, mistake)
  }
  const told = [...values].filter(([at]) => !isBelow(at, misplaced))
  const aboutKeys = [...owners.values()].flatMap((group) => explainKeys(document, group))
  return [...aboutKeys, ...told.flatMap(([, mistake]) => explainValue(document, mistake))]
}

/** `if` only says that its `then` failed, which is told by itself; the form of a key is told by `propertyNames`. */
function isTold(error: ShapeError): boolean {
  return error.keyword !== 'if' && error.propertyName === undefined
}

/** Whether a pointer is one of these, or leads through one. */
function isBelow(pointer: string, paths: ReadonlySet<string>): boolean {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) if (paths.has(pointer.slice(0, end))) return true
  return false
}

/** Whether the parser has not already refused what stands there. */
function isNew({ node }: Mistake): boolean {
  return node?.kind !== 'scalar' || !node.broken
}

function mistakeOf(document: Document, error: ShapeError, root: Shape | undefined): Mistake {
  const path = pathOf(document, error.instancePath)
  return { error, path, node: nodeAt(document, path), shape: shapeAt(error.schemaPath, root) }
}

/** The mapping whose key it is about. */
function ownerPath(error: ShapeError): string {
  return error.keyword === 'false schema' ? error.instancePath.slice(0, error.instancePath.lastIndexOf('/')) : error.instancePath
}

function add(groups: Map<string, Mistake[]>, key: string, mistake: Mistake): void {
  const group = groups.get(key)
  if (group) group.push(mistake)
  else groups.set(key, [mistake])
}
