import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, MappingNode, Pair } from '../document/document.ts'
import { isOwnPath } from './called-file.ts'
import { field, mappingAt, mentionsIn, pairsOf, textAt } from './fields.ts'
import type { Mention } from './fields.ts'
import { createNeeds } from './needs.ts'
import type { Needs } from './needs.ts'
import { STEP_KINDS } from './words.ts'

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
  readonly toolServers: Declared
  readonly agents: Declared
  readonly checks: Declared
  /** In the order of the file; only those that are mappings. */
  readonly steps: ReadonlyMap<string, StepView>
  /** Every key below `steps`, also of what is no mapping. */
  readonly stepIds: ReadonlySet<string>
  readonly needs: Needs
  /** Steps that call other pipelines, with the path that stands there. */
  readonly calls: readonly Omit<Call, 'child'>[]
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
  /** All that it names in `merge` and in `needs`, in this order. */
  readonly needs: readonly Mention[]
  /** Those of them whose changes it brings together. */
  readonly merges: readonly Mention[]
  /** Who works, the first of a race: named by the step itself, or by `defaults` where it has no more than a prompt. */
  readonly agent: Mention | undefined
  /** The agents of a race; none where one works alone. */
  readonly racers: readonly Mention[]
  /** The checks that it names, or that `defaults` names for agents. */
  readonly checks: readonly Mention[]
}

export function surveyOf(document: Document, root: MappingNode): Survey {
  const pairs = pairsOf(field(root, 'steps'))
  const defaults = field(root, 'defaults')
  const steps = new Map<string, StepView>()
  for (const pair of pairs) {
    const { key, value } = pair
    if (value.kind !== 'mapping') continue
    const racers = field(value, 'agent')?.kind === 'sequence' ? mentionsIn(field(value, 'agent')) : []
    const agent = textAt(value, 'agent') ?? racers[0] ?? (isPromptAlone(value) ? textAt(defaults, 'agent') : undefined)
    const merges = mentionsIn(field(value, 'merge'))
    const isProved = agent !== undefined || merges.length > 0 || value.pairs.has('tasks')
    const checks = field(value, 'check') ?? field(value, 'verify') ?? (isProved ? field(defaults, 'verify') : undefined)
    steps.set(key, { id: key, pair, node: value, agent, racers, checks: mentionsIn(checks), merges, needs: [...merges, ...mentionsIn(field(value, 'needs'))] })
  }
  return {
    document, root, steps, children: new Map(),
    calls: [...steps.values()].flatMap((step) => {
      const path = textAt(step.node, 'pipeline')
      return path && isOwnPath(path.name) ? [{ step, path }] : []
    }),
    stepIds: new Set(pairs.map((pair) => pair.key)),
    inputs: declared(root, 'inputs'),
    providers: declared(root, 'providers'),
    routes: declared(root, 'routes'),
    toolServers: declared(root, 'mcp'),
    agents: declared(root, 'agents'),
    checks: declared(root, 'checks'),
    needs: createNeeds(new Map([...steps.values()].map((step) => [step.id, step.needs.map((need) => need.name)]))),
  }
}

/** A step that says what to do by a prompt and by nothing else. */
export function isPromptAlone({ pairs }: MappingNode): boolean {
  return (pairs.has('prompt') || pairs.has('prompt_file')) && !STEP_KINDS.some((kind) => pairs.has(kind))
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
  return survey.calls.map(({ step, path }) => {
    const found = survey.children.get(path.name)
    return { step, path, child: found && 'root' in found ? found : undefined }
  })
}

function declared(root: MappingNode, key: string): Declared {
  if (!root.pairs.has(key)) return new Map()
  return mappingAt(root, key)?.pairs
}
