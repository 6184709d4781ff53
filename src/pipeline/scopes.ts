import type { DocumentNode, DocumentPath } from '../document/document.ts'
import { field, mentionsIn, pairsOf, textAt } from './fields.ts'
import type { Mention } from './fields.ts'
import { dimensionsOf } from './meaning/matrix.ts'
import { inputSpecOf } from './meaning/inputs.ts'
import { CONTEXTS } from './names.ts'
import type { Names, StepNames } from './names.ts'
import type { StepView, Survey } from './survey.ts'
import { assigneesOf } from './survey-team.ts'
import { createVisible } from './visible.ts'

export interface Scopes {
  /** What a text may name where it stands. */
  namesAt(path: DocumentPath): Names
}

type Context = (typeof CONTEXTS)[number]

export function createScopes(survey: Survey): Scopes {
  const allSteps = [...survey.stepIds]
  const inputs = [...(survey.inputs?.keys() ?? [])]
  const inputSpecs = new Map([...(survey.inputs ?? [])].map(([name, pair]) => [name, inputSpecOf(pair)]))
  const offered = new Map<string, StepNames>()
  const offeredBy = (id: string): StepNames => {
    const known = offered.get(id) ?? stepNames(survey, survey.steps.get(id))
    offered.set(id, known)
    return known
  }
  const pipeline = keysOf(field(survey.root, 'env'))
  const users: { agents?: Users; checks?: Users } = {}
  const visibleSteps = createVisible(allSteps, offeredBy)
  const names = (without: readonly Context[], matrix: Names['matrix'], isVisible: (id: string) => boolean, isCondition = false): Names => {
    const contexts = CONTEXTS.filter((context) => !without.includes(context) && !(context === 'matrix' && matrix === null))
    return { contexts, inputs, inputSpecs, matrix, steps: visibleSteps(isVisible), allSteps, statusFunctions: isCondition }
  }
  const shared = (steps: readonly StepView[]): Names =>
    names([], commonMatrix(steps), (id) => steps.every((step) => survey.needs.needs(step.id, id)))
  return {
    namesAt(path) {
      const [top, name, key] = path.map(String)
      if (top === 'env') return names(['env', 'matrix', 'steps'], 'unknown', () => false)
      if (top === 'outputs') return names(['matrix'], 'unknown', () => true)
      if (top === 'workspace' || top === 'mcp') return names(['matrix', 'steps'], 'unknown', () => false)
      if (top === 'agents') return shared((users.agents ??= usersOf(survey, (step) => assigneesOf(survey, step))).get(name ?? '') ?? [])
      if (top === 'checks') return shared((users.checks ??= usersOf(survey, (step) => step.checks)).get(name ?? '') ?? [])
      const step = survey.steps.get(name ?? '')
      const needs = (id: string): boolean => step !== undefined && survey.needs.needs(step.id, id)
      if (key === 'matrix') return names(['matrix'], 'unknown', needs)
      return { ...names([], matrixKeys(step), needs, key === 'if'), self: step?.id, env: { pipeline, step: keysOf(field(step?.node, 'env')) } }
    },
  }
}

function keysOf(node: DocumentNode | undefined): string[] {
  return pairsOf(node).map((pair) => pair.key)
}

type Users = ReadonlyMap<string, readonly StepView[]>

/** The steps that use each agent, or each check. */
function usersOf({ steps }: Survey, used: (step: StepView) => readonly Pick<Mention, 'name'>[]): Users {
  const users = new Map<string, StepView[]>()
  for (const step of steps.values()) {
    for (const name of new Set(used(step).map((mention) => mention.name))) {
      const known = users.get(name)
      if (known) known.push(step)
      else users.set(name, [step])
    }
  }
  return users
}

/** What every user's matrix has; what nobody uses may name anything. */
function commonMatrix(users: readonly StepView[]): Names['matrix'] {
  const all = users.map(matrixKeys)
  if (all.length === 0) return 'unknown'
  if (all.includes(null)) return null
  const known = all.filter((keys): keys is readonly string[] => Array.isArray(keys))
  return known.length === 0 ? 'unknown' : known.reduce((common, keys) => common.filter((key) => keys.includes(key)))
}

function matrixKeys(step: StepView | undefined): Names['matrix'] {
  const matrix = field(step?.node, 'matrix')
  if (!matrix) return null
  if (matrix.kind !== 'mapping') return 'unknown'
  const include = field(matrix, 'include')
  const added = include?.kind === 'sequence' ? include.items.flatMap((cell) => pairsOf(cell).map((pair) => pair.key)) : []
  return [...new Set([...dimensionsOf(matrix).map((pair) => pair.key), ...added])]
}

/** What the called pipeline declares; of one that could not be read nobody knows. */
function calledOutputs(survey: Survey, step: StepView | undefined): StepNames['outputs'] {
  const child = survey.children.get(textAt(step?.node, 'pipeline')?.name ?? '')
  if (!child || !('root' in child)) return 'any'
  return pairsOf(field(child.root, 'outputs')).map((pair) => pair.key)
}

/** The outputs that a step offers: those it declares; an undeclared script may set any. */
function stepNames(survey: Survey, step: StepView | undefined): StepNames {
  const outputs = field(step?.node, 'outputs')
  const declared = outputs?.kind === 'mapping' ? [...outputs.pairs.keys()] : mentionsIn(outputs).map((mention) => mention.name)
  if (step?.agent) return { outputs: [...new Set([...declared, 'text'])] }
  if (field(step?.node, 'check') ?? field(step?.node, 'merge')) return { outputs: [] }
  if (field(step?.node, 'tasks')) return { outputs: ['tasks'] }
  if (field(step?.node, 'deliver')) return { outputs: ['commit', 'patch', 'branch', 'pull_request', 'number', 'comment'] }
  if (field(step?.node, 'pipeline')) return { outputs: calledOutputs(survey, step) }
  return { outputs: outputs ? declared : 'any' }
}
