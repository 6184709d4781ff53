import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import type { RelatedSpan } from '../../document/report.ts'
import { findCycles } from '../cycle.ts'
import type { Mention } from '../fields.ts'
import { quoted } from '../phrase.ts'
import { createSuggestions } from '../suggestion.ts'
import type { StepView, Survey } from '../survey.ts'

/** Needs that are no steps, a step that needs itself, names that stand twice, cycles. */
export function needsMistakes(survey: Survey): Diagnostic[] {
  const suggest = createSuggestions([...survey.stepIds])
  return [...[...survey.steps.values()].flatMap((step) => stepMistakes(survey, step, suggest)), ...cycleMistakes(survey)]
}

type Suggest = (word: string) => string | undefined

function stepMistakes(survey: Survey, step: StepView, suggest: Suggest): Diagnostic[] {
  const seen = new Map<string, number>()
  return step.needs.flatMap((need) => {
    const times = (seen.get(need.name) ?? 0) + 1
    seen.set(need.name, times)
    if (times > 1) return times === 2 ? [repeated(survey, step, need)] : []
    if (need.name === step.id) return [selfNeed(survey, step, need)]
    return survey.stepIds.has(need.name) ? [] : [unknownNeed(survey, step, need, suggest(need.name))]
  })
}

function unknownNeed({ document, steps }: Survey, step: StepView, need: Mention, help: string | undefined): Diagnostic {
  const message = `step ${quoted(step.id)} ${wants(step, need)} ${quoted(need.name)}, which is no step of this pipeline`
  const names = need.name.split(/[\s,]+/).filter((name) => name !== '')
  const isList = names.length > 1 && names.every((name) => steps.has(name))
  return report(document, need.node.span, 'unknown-need', 'error', message, { help: isList ? `write a list: \`[${names.join(', ')}]\`` : help })
}

function selfNeed({ document }: Survey, step: StepView, need: Mention): Diagnostic {
  const message = `step ${quoted(need.name)} ${wants(step, need)} itself, so it could never start`
  return report(document, need.node.span, 'self-need', 'error', message, { help: 'leave it out' })
}

function repeated({ document }: Survey, step: StepView, need: Mention): Diagnostic {
  const first = step.needs.find((other) => other.name === need.name) ?? need
  const isMerged = step.merges.includes(first) && !step.merges.includes(need)
  const message = isMerged
    ? `step ${quoted(step.id)} needs ${quoted(need.name)} already, since it merges it`
    : `step ${quoted(step.id)} names ${quoted(need.name)} twice in ${step.merges.includes(need) ? '`merge`' : '`needs`'}`
  const related = [{ span: first.node.span, message: 'first here' }]
  return report(document, need.node.span, 'repeated-need', 'warning', message, { related })
}

function wants(step: StepView, need: Mention): string {
  return step.merges.includes(need) ? 'merges' : 'needs'
}

/** A message of a thousand names helps nobody; the places beside it go further. */
const MOST_NAMED = 8
const MOST_PLACES = 50

function cycleMistakes(survey: Survey): Diagnostic[] {
  const { document, steps, needs } = survey
  if (needs.order.length === steps.size) return []
  const graph = new Map([...steps.values()].map((step) => [step.id, step.needs.map((need) => need.name)]))
  return findCycles(graph).map((cycle) => {
    const edges = cycle.map((id, at) => edge(survey, id, cycle[(at + 1) % cycle.length] ?? id))
    const place = edges[0]?.span ?? { start: 0, end: 0 }
    return report(document, place, 'cycle', 'error', `steps need each other in a cycle: ${told(cycle)}`, {
      help: 'leave one of these needs out', related: edges.slice(0, MOST_PLACES),
    })
  })
}

function edge({ steps }: Survey, id: string, needed: string): RelatedSpan {
  const step = steps.get(id)
  const need = step?.needs.find((one) => one.name === needed)
  const span = need?.node.span ?? step?.pair.keySpan ?? { start: 0, end: 0 }
  return { span, message: `step ${quoted(id)} ${step && need ? wants(step, need) : 'needs'} ${quoted(needed)}` }
}

function told(cycle: readonly string[]): string {
  const names = cycle.slice(0, MOST_NAMED).map(quoted)
  if (cycle.length > MOST_NAMED) names.push(`${cycle.length - MOST_NAMED} more`)
  return [...names, quoted(cycle[0] ?? '')].join(' → ')
}
