import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, textAt } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { StepView, Survey } from '../survey.ts'
import { areReaders, isReader } from './reader.ts'

/** Merges that nobody resolves although somebody is to, or whose resolver could do nothing, and merges of what changes nothing. */
export function mergeMistakes(survey: Survey): Diagnostic[] {
  const workspace = field(survey.root, 'workspace')
  const merges = [...survey.steps.values()].filter((step) => step.merges.length > 0)
  const changing = merges.length > 0 ? changingSteps(survey) : new Set<string>()
  const tasks = [...survey.steps.values()].filter((step) => step.node.pairs.has('tasks'))
  return [
    ...missingResolver(survey, '`workspace`', workspace, workspace),
    ...readOnlyResolver(survey, workspace),
    ...merges.flatMap((step) => [
      ...missingResolver(survey, `step ${quoted(step.id)}`, step.node, workspace),
      ...missingRepairer(survey, step, workspace),
      ...idleResolver(survey, step, workspace),
      ...readOnlyResolver(survey, step.node),
      ...nothingToMerge(survey, step, changing),
    ]),
    ...tasks.flatMap((step) => [
      ...missingResolver(survey, `step ${quoted(step.id)}`, step.node, workspace),
      ...idleResolver(survey, step, workspace),
      ...readOnlyResolver(survey, step.node),
    ]),
  ]
}

function missingResolver({ document }: Survey, who: string, holder: DocumentNode | undefined, workspace: DocumentNode | undefined): Diagnostic[] {
  const policy = textAt(holder, 'on_conflict')
  if (policy?.name !== 'agent' || field(holder, 'resolver') || field(workspace, 'resolver')) return []
  const message = `${who} leaves contradictions to an agent and names none`
  return [report(document, policy.node.span, 'missing-resolver', 'error', message, { help: 'name one as `resolver`' })]
}

function missingRepairer({ document }: Survey, step: StepView, workspace: DocumentNode | undefined): Diagnostic[] {
  const repair = field(step.node, 'repair')
  if (repair?.kind !== 'scalar' || repair.value === 0 || field(step.node, 'resolver') || field(workspace, 'resolver')) return []
  const message = `step ${quoted(step.id)} is to be repaired, and names nobody who could`
  return [report(document, repair.span, 'missing-resolver', 'error', message, { help: 'name an agent as `resolver`, or leave `repair` out' })]
}

/** A resolver that is named for this very step, and that nothing ever reaches. */
function idleResolver({ document, root }: Survey, { id, node }: StepView, workspace: DocumentNode | undefined): Diagnostic[] {
  const resolver = textAt(node, 'resolver')
  const policy = textAt(node, 'on_conflict') ?? textAt(workspace, 'on_conflict')
  const repair = field(node, 'repair') ?? field(field(root, 'defaults'), 'repair')
  const isAsked = policy?.name === 'agent' || (repair !== undefined && !(repair.kind === 'scalar' && repair.value === 0))
  if (!resolver || isAsked) return []
  const message = `the resolver of step ${quoted(id)} is never asked: \`on_conflict\` is \`${policy?.name ?? 'fail'}\`, and \`repair\` is 0`
  return [report(document, resolver.node.span, 'unused-resolver', 'warning', message, { help: 'write `on_conflict: agent`' })]
}

function readOnlyResolver(survey: Survey, holder: DocumentNode | undefined): Diagnostic[] {
  const resolver = textAt(holder, 'resolver')
  if (!resolver || !isReader(survey, resolver.name)) return []
  const message = `the resolver ${quoted(resolver.name)} may change no file, so it could resolve nothing`
  return [report(survey.document, resolver.node.span, 'bad-resolver', 'error', message, { help: 'give it the tools `files` and the permissions for them, or name another agent' })]
}

function nothingToMerge({ document }: Survey, step: StepView, changing: ReadonlySet<string>): Diagnostic[] {
  return step.merges.filter(({ name }) => !changing.has(name)).map(({ name, node }) => {
    const message = `step ${quoted(step.id)} merges ${quoted(name)}, which can bring no change of a file`
    return report(document, node.span, 'nothing-to-merge', 'warning', message, { help: 'name it in `needs` if it only must have ended before' })
  })
}

/** The steps that may bring changes: their own, or those of what they need. Names that are no steps are told elsewhere. */
function changingSteps(survey: Survey): Set<string> {
  const { steps, needs, stepIds } = survey
  const changing = new Set([...stepIds].filter((id) => !steps.has(id)))
  for (const id of needs.order) {
    const step = steps.get(id)
    if (!step) continue
    const inherits = step.needs.some(({ name }) => changing.has(name) || !stepIds.has(name))
    if (inherits || changesItself(step, survey)) changing.add(id)
  }
  // What stands in a cycle, or below one, is in no order.
  const ordered = new Set(needs.order)
  for (const id of steps.keys()) if (!ordered.has(id)) changing.add(id)
  return changing
}

function changesItself(step: StepView, survey: Survey): boolean {
  const { node, agent } = step
  if (agent) return !areReaders(survey, step)
  if (['check', 'approve', 'merge', 'deliver'].some((key) => field(node, key))) return false
  return !field(node, 'run') || textAt(node, 'workspace')?.name === 'worktree'
}
