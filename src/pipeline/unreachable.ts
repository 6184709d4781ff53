import type { Diagnostic } from '../document/diagnostic.ts'
import type { DocumentNode } from '../document/document.ts'
import { report } from '../document/report.ts'
import { parts } from './expression-tree.ts'
import type { Expressions } from './expression.ts'
import { field } from './fields.ts'
import { quoted } from './phrase.ts'
import type { StepView, Survey } from './survey.ts'
import { conditionExpression } from './template.ts'

/** Steps that no run can reach: their `if` is false whatever happens, or asks for a failure where nothing can fail. */
export function unreachableSteps(survey: Survey, expressions: Expressions | undefined): Diagnostic[] {
  /** Steps that may fail, or be held up by one that did. */
  const risky = new Set<string>()
  return survey.needs.order.flatMap((id) => {
    const step = survey.steps.get(id)
    const condition = field(step?.node, 'if')
    if (!step) return []
    const canFollowFailure = step.needs.some((need) => risky.has(need.name) || !survey.steps.has(need.name))
    const [well, ill] = condition ? [holds(condition, true, expressions), holds(condition, false, expressions)] : [true, false]
    const isReachable = well !== false || (canFollowFailure && ill !== false)
    if ((isReachable && !toleratesFailure(step)) || (canFollowFailure && ill !== true)) risky.add(id)
    return isReachable || !condition ? [] : [unreachable(survey, step, condition, ill !== false)]
  })
}

/** Whether a condition holds after success, or after a failure; undefined where only the run can tell. */
function holds(condition: DocumentNode, isWell: boolean, expressions: Expressions | undefined): boolean | undefined {
  if (condition.kind !== 'scalar') return undefined
  if (typeof condition.value === 'boolean') return condition.value && isWell
  if (typeof condition.value !== 'string' || !expressions) return undefined
  const source = conditionExpression(condition.value)
  const parsed = source?.closed === true ? expressions.parse(source.source) : undefined
  if (!parsed?.ok || [...parts(parsed.value.term)].some(({ kind }) => kind === 'context')) return undefined
  // No step starts any more once a run is cancelled.
  const status = { success: () => isWell, failure: () => !isWell, cancelled: () => false }
  const judged = expressions.condition(condition.value, { contexts: {}, status })
  return judged.ok ? judged.value : undefined
}

function toleratesFailure({ node }: StepView): boolean {
  const flag = field(node, 'continue_on_error')
  return flag?.kind === 'scalar' && flag.value === true
}

function unreachable({ document }: Survey, step: StepView, { span }: DocumentNode, asksForFailure: boolean): Diagnostic {
  const why = asksForFailure ? `it asks for a failure, and ${step.needs.length === 0 ? 'the step needs nothing' : 'nothing that the step needs can fail'}` : 'its `if` never holds'
  const help = asksForFailure && step.needs.length === 0 ? 'name the steps in `needs` whose failure is meant' : 'leave the step out, or change its `if`'
  return report(document, span, 'unreachable-step', 'warning', `step ${quoted(step.id)} never runs: ${why}`, { help })
}
