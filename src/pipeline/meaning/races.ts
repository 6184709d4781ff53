import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, textAt } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { StepView, Survey } from '../survey.ts'
import { wantedOf } from '../survey-team.ts'
import { AUTO } from '../words.ts'

/** Races that nobody could decide, and words about races where there is none. */
export function raceMistakes(survey: Survey): Diagnostic[] {
  return [...survey.steps.values()].flatMap((step) => (step.racers.length > 0 ? raceMistake(survey, step) : strayWords(survey, step)))
}

function raceMistake(survey: Survey, step: StepView): Diagnostic[] {
  const { id, node, racers } = step
  const pick = textAt(node, 'pick')
  const judge = field(node, 'judge')
  const [wanted] = wantedOf(step)
  return [
    ...racers.filter(({ name }) => name === AUTO).map((racer) =>
      bad(survey, racer.node, `step ${quoted(id)} is a race, in which ${quoted(AUTO)} can stand for nobody`, 'name each agent; one may stand there several times')),
    ...overload(survey, step),
    ...(wanted ? [bad(survey, wanted.node, `step ${quoted(id)} names its agents, so its \`capabilities\` choose nobody`, 'write `agent: auto`, or leave them out')] : []),
    ...(pick?.name === 'judge' && !judge ? [bad(survey, pick.node, `step ${quoted(id)} leaves the choice to a judge and names none`, 'name an agent as `judge`')] : []),
    ...(judge && pick?.name !== 'judge' ? [bad(survey, judge, `the judge of step ${quoted(id)} is never asked: \`pick\` is \`${pick?.name ?? 'first_passing'}\``, 'write `pick: judge`, or leave the judge out')] : []),
  ]
}

/** All contestants work at once: an agent that stands there more often than it may would be waited for without end. */
function overload(survey: Survey, { id, racers }: StepView): Diagnostic[] {
  return [...Map.groupBy(racers, ({ name }) => name)].flatMap(([name, all]) => {
    const most = field(survey.agents?.get(name)?.value, 'max_load')
    const excess = most?.kind === 'scalar' && typeof most.value === 'number' ? all[most.value] : undefined
    if (!excess) return []
    const message = `the agent ${quoted(name)} stands ${all.length} times in the race of step ${quoted(id)}, and its \`max_load\` is ${String(most?.kind === 'scalar' ? most.value : '')}`
    return [bad(survey, excess.node, message, 'raise its `max_load`, or let it stand there less often')]
  })
}

/** Of steps of other kinds the form tells. */
function strayWords(survey: Survey, { id, node, agent }: StepView): Diagnostic[] {
  if (!agent) return []
  return ['pick', 'judge'].flatMap((key) => {
    const found = field(node, key)
    return found ? [bad(survey, found, `step ${quoted(id)} is no race, so its \`${key}\` decides nothing`, 'name several agents as a list in `agent`, or leave it out')] : []
  })
}

function bad({ document }: Survey, { span }: DocumentNode, message: string, help: string): Diagnostic {
  return report(document, span, 'bad-race', 'error', message, { help })
}
