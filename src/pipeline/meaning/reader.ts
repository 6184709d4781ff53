import { field, mentionsIn, textAt } from '../fields.ts'
import type { StepView, Survey } from '../survey.ts'

/** An agent whose model has no tool that writes, or whose permissions forbid all of them. */
export function isReader({ agents }: Pick<Survey, 'agents'>, name: string): boolean {
  const agent = agents?.get(name)?.value
  if (!agent) return false
  if (textAt(agent, 'permissions')?.name === 'read-only') return true
  const executor = textAt(agent, 'executor')?.name ?? 'llm'
  return executor === 'llm' && mentionsIn(field(agent, 'tools')).every((tool) => tool.name !== 'files' && tool.name !== 'shell' && !tool.name.startsWith('mcp.'))
}

/** A step whose agents can change no file, however many there are. */
export function areReaders(survey: Pick<Survey, 'agents'>, { agent, racers }: Pick<StepView, 'agent' | 'racers'>): boolean {
  const all = racers.length > 0 ? racers : agent ? [agent] : []
  return all.length > 0 && all.every(({ name }) => isReader(survey, name))
}
