import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { toValue } from '../../document/value.ts'
import { field, itemsOf, textAt } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { StepView, Survey } from '../survey.ts'
import { capabilitiesOf } from '../survey-team.ts'
import { readTasks } from '../task-list.ts'
import { AUTO, MOST_TASKS } from '../words.ts'

/** Lists of tasks that the author wrote, looked at as those that an agent gives, and tasks that nobody is there for. */
export function tasksMistakes(survey: Survey): Diagnostic[] {
  return [...survey.steps.values()].flatMap((step) => {
    const tasks = field(step.node, 'tasks')
    if (!tasks) return []
    return [...(tasks.kind === 'sequence' ? listMistakes(survey, step, tasks) : []), ...missingAgents(survey, step)]
  })
}

function listMistakes({ document, agents }: Survey, step: StepView, tasks: DocumentNode): Diagnostic[] {
  const most = field(step.node, 'max_tasks')
  const isOpen = (textAt(step.node, 'assign')?.name ?? AUTO) === AUTO
  const bound = most?.kind === 'scalar' && typeof most.value === 'number' ? most.value : MOST_TASKS
  const { mistakes } = readTasks(toValue(tasks), { most: bound, offers: isOpen && agents && agents.size > 0 ? [...agents.values()].map(capabilitiesOf) : undefined })
  return mistakes.map(({ message, index }) => {
    const place = index === undefined ? tasks : (itemsOf(tasks)[index] ?? tasks)
    return report(document, place.span, 'bad-tasks', 'error', `in step ${quoted(step.id)}, ${message}`)
  })
}

function missingAgents({ document, agents }: Survey, step: StepView): Diagnostic[] {
  const assign = textAt(step.node, 'assign')
  if (agents?.size !== 0 || (assign && assign.name !== AUTO)) return []
  const message = `there is no agent for the tasks of step ${quoted(step.id)}`
  return [report(document, step.pair.keySpan, 'unknown-agent', 'error', message, { help: 'declare one under `agents`' })]
}
