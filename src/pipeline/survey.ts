import type { Document, MappingNode, Pair } from '../document/document.ts'
import { field, mappingAt, mentionsIn, pairsOf } from './fields.ts'
import type { Mention } from './fields.ts'
import { createNeeds } from './needs.ts'
import type { Needs } from './needs.ts'

/**
 * What a document declares, as far as it can be read: the same whether the rest of it has the right form or not, so that
 * mistakes of meaning are told together with those of form.
 */
export interface Survey {
  readonly document: Document
  readonly root: MappingNode
  readonly inputs: Declared
  readonly providers: Declared
  readonly agents: Declared
  readonly checks: Declared
  /** In the order of the file; only those that are mappings. */
  readonly steps: ReadonlyMap<string, StepView>
  /** Every key below `steps`, also of what is no mapping. */
  readonly stepIds: ReadonlySet<string>
  readonly needs: Needs
}

/** Names and where they are declared; undefined where there is something that cannot be read. */
export type Declared = ReadonlyMap<string, Pair> | undefined

export interface StepView {
  readonly id: string
  readonly pair: Pair
  readonly node: MappingNode
  readonly needs: readonly Mention[]
}

export function surveyOf(document: Document, root: MappingNode): Survey {
  const pairs = pairsOf(field(root, 'steps'))
  const steps = new Map<string, StepView>()
  for (const pair of pairs) {
    const { key, value } = pair
    if (value.kind === 'mapping') steps.set(key, { id: key, pair, node: value, needs: mentionsIn(field(value, 'needs')) })
  }
  return {
    document, root, steps,
    stepIds: new Set(pairs.map((pair) => pair.key)),
    inputs: declared(root, 'inputs'),
    providers: declared(root, 'providers'),
    agents: declared(root, 'agents'),
    checks: declared(root, 'checks'),
    needs: createNeeds(new Map([...steps.values()].map((step) => [step.id, step.needs.map((need) => need.name)]))),
  }
}

function declared(root: MappingNode, key: string): Declared {
  if (!root.pairs.has(key)) return new Map()
  return mappingAt(root, key)?.pairs
}
