import { excerptOf } from '../excerpt.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { key: { type: 'string', about: 'The word under which it was stored.' } } as const

export function retrieveMemoryTool({ task }: ToolWorld): Tool {
  return defineTool({
    name: 'retrieve_memory',
    about: 'Gives what was remembered under a key: your own before what all agents share.',
    access: 'talk',
    fields: FIELDS,
    activity: ['recalling', 'key'],
    async run({ key }) {
      const value = task.memory?.retrieve(key)
      return value === undefined ? refuse(`nothing is remembered under \`${key.slice(0, 100)}\`; look for it with \`search_memory\``) : answer(excerptOf(value))
    },
  })
}
