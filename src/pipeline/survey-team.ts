import type { Pair } from '../document/document.ts'
import { field, mentionsIn, textAt } from './fields.ts'
import type { Mention } from './fields.ts'
import type { StepView, Survey } from './survey.ts'
import { AUTO } from './words.ts'

/** What a step with `agent: auto` asks for. */
export function wantedOf({ node }: StepView): Mention[] {
  return mentionsIn(field(node, 'capabilities'))
}

export function capabilitiesOf(agent: Pair): string[] {
  return mentionsIn(field(agent.value, 'capabilities')).map(({ name }) => name)
}

/** Whoever may come to work on a step: its agent, or all that are capable, and those that take over. */
export function assigneesOf(survey: Survey, step: StepView): { readonly name: string }[] {
  if (step.racers.length > 0) return [...step.racers, ...mentionsIn(field(step.node, 'judge'))]
  const agent = step.agent ?? (step.node.pairs.has('tasks') ? (textAt(step.node, 'assign') ?? { name: AUTO }) : undefined)
  if (!agent) return []
  const wanted = wantedOf(step).map(({ name }) => name)
  const all = [...(survey.agents?.values() ?? [])]
  const first = agent.name === AUTO
    ? all.filter((agent) => isCapable(capabilitiesOf(agent), wanted)).map(({ key }) => ({ name: key }))
    : [agent]
  return [...first, ...first.flatMap(({ name }) => mentionsIn(field(survey.agents?.get(name)?.value, 'backup')))]
}

export function isCapable(has: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((word) => has.includes(word))
}
