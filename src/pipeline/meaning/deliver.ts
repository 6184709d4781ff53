import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { field } from '../fields.ts'
import { allOf, quoted } from '../phrase.ts'
import { callsOf } from '../survey.ts'
import type { StepView, Survey } from '../survey.ts'
import { areReaders } from './reader.ts'

/** What a delivery of changes says; a comment is about something else. */
const CHANGES = ['patch', 'branch', 'pull_request']

/** Deliveries of what nobody has verified, and of nothing at all. */
export function deliverMistakes(survey: Survey): Diagnostic[] {
  return [...survey.steps.values()].flatMap((step) => {
    const deliver = step.node.pairs.get('deliver')
    if (deliver?.value.kind !== 'mapping' || !CHANGES.some((key) => field(deliver.value, key))) return []
    const writers = writersAbove(survey, step)
    if (writers.length === 0) {
      const message = `step ${quoted(step.id)} delivers changes, but nothing that it needs can make one`
      return [report(survey.document, deliver.keySpan, 'nothing-to-deliver', 'error', message, { help: 'name the steps whose changes are meant in `needs`' })]
    }
    const unverified = field(deliver.value, 'unverified')
    if (unverified?.kind === 'scalar' && unverified.value === true) return []
    const open = writers.filter((writer) => !isVerified(survey, writer, step))
    if (open.length === 0) return []
    const message = `step ${quoted(step.id)} would deliver what no check has judged: the changes of ${allOf(open.map(({ id }) => id).slice(0, 5))}`
    return [report(survey.document, deliver.keySpan, 'deliver-unverified', 'error', message, {
      help: 'give that step `verify`, or put a `check` step between them; `unverified: true` delivers it all the same',
    })]
  })
}

/** The nearest steps above whose changes come along: whoever needs another writer builds on it. A script is no writer by itself. */
function writersAbove(survey: Survey, step: StepView): StepView[] {
  const writers: StepView[] = []
  const seen = new Set([step.id])
  for (const id of seen) {
    const one = survey.steps.get(id)
    if (!one) continue
    if (id !== step.id && isWriter(survey, one)) writers.push(one)
    else for (const need of one.needs) seen.add(need.name)
  }
  return writers
}

function isWriter(survey: Survey, step: StepView): boolean {
  if (step.agent && areReaders(survey, step)) return false
  const workspace = field(step.node, 'workspace')
  const isScript = step.node.pairs.has('run') && workspace?.kind === 'scalar' && workspace.value === 'worktree'
  return step.agent !== undefined || isScript || ['agent', 'merge', 'tasks', 'pipeline'].some((kind) => step.node.pairs.has(kind))
}

/** By checks of its own, by those of the pipeline that it calls, or by a check step between it and the delivery. */
function isVerified(survey: Survey, writer: StepView, delivery: StepView): boolean {
  if (writer.checks.length > 0) return true
  if (writer.node.pairs.has('pipeline')) {
    const child = callsOf(survey).find(({ step }) => step.id === writer.id)?.child
    return child === undefined || [...child.steps.values()].some(({ checks }) => checks.length > 0)
  }
  return [...survey.steps.values()].some((step) =>
    step.node.pairs.has('check') && survey.needs.needs(step.id, writer.id) && survey.needs.needs(delivery.id, step.id))
}
