import { field, mentionsIn, textAt } from '../fields.ts'
import type { Survey } from '../survey.ts'

/** An agent whose model has no tool that writes, or whose permissions forbid all of them. */
export function isReader({ agents }: Pick<Survey, 'agents'>, name: string): boolean {
  const agent = agents?.get(name)?.value
  if (!agent) return false
  if (textAt(agent, 'permissions')?.name === 'read-only') return true
  const executor = textAt(agent, 'executor')?.name ?? 'llm'
  return executor === 'llm' && mentionsIn(field(agent, 'tools')).every((tool) => tool.name !== 'files' && tool.name !== 'shell' && !tool.name.startsWith('mcp.'))
}
