import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { key: { type: 'string', about: 'The word under which it was stored.' } } as const

export function deleteMemoryTool({ task }: ToolWorld): Tool {
  return defineTool({
    name: 'delete_memory',
    about: 'Forgets what was remembered under a key: your own, or else what all agents share.',
    access: 'talk',
    fields: FIELDS,
    activity: ['forgetting', 'key'],
    async run({ key }) {
      return task.memory?.delete(key) === true ? answer(`forgot \`${key}\``) : refuse(`nothing is remembered under \`${key.slice(0, 100)}\``)
    },
  })
}
