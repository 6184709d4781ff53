import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, MappingNode, Pair } from '../document/document.ts'
import { field, mappingAt, mentionsIn, pairsOf, textAt } from './fields.ts'
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
  readonly routes: Declared
  readonly agents: Declared
  readonly checks: Declared
  /** In the order of the file; only those that are mappings. */
  readonly steps: ReadonlyMap<string, StepView>
  /** Every key below `steps`, also of what is no mapping. */
  readonly stepIds: ReadonlySet<string>
  readonly needs: Needs
  /**
   * The pipelines that steps call, by the path that stands there: what they declare, null for one that is no mapping, or why it
   * was not read. Filled by `readFamily`.
   */
  readonly children: Map<string, Survey | null | Pick<Diagnostic, 'code' | 'message'>>
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
    document, root, steps, children: new Map(),
    stepIds: new Set(pairs.map((pair) => pair.key)),
    inputs: declared(root, 'inputs'),
    providers: declared(root, 'providers'),
    routes: declared(root, 'routes'),
    agents: declared(root, 'agents'),
    checks: declared(root, 'checks'),
    needs: createNeeds(new Map([...steps.values()].map((step) => [step.id, step.needs.map((need) => need.name)]))),
  }
}

/** A step that calls another pipeline. */
export interface Call {
  readonly step: StepView
  readonly path: Mention
  /** What the path leads to, where that could be read. */
  readonly child: Survey | undefined
}

/** The steps that call other pipelines, in the order of the file. */
export function callsOf(survey: Survey): Call[] {
  return [...survey.steps.values()].flatMap((step) => {
    const path = textAt(step.node, 'pipeline')
    if (!path || path.name.trim() === '') return []
    const found = survey.children.get(path.name)
    return [{ step, path, child: found && 'root' in found ? found : undefined }]
  })
}

function declared(root: MappingNode, key: string): Declared {
  if (!root.pairs.has(key)) return new Map()
  return mappingAt(root, key)?.pairs
}
