import { excerptOf } from '../excerpt.ts'
import { answer } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { query: { type: 'string', about: 'Words that must all stand in the key or in the text; empty for everything.' } } as const

/** So much is shown of each. */
const MOST_CHARACTERS = 500

export function searchMemoryTool({ task }: ToolWorld): Tool {
  return defineTool({
    name: 'search_memory',
    about: 'Finds what is remembered by words, upper and lower case alike: keys, and how their texts begin.',
    access: 'talk',
    fields: FIELDS,
    activity: ['searching for', 'query'],
    async run({ query }) {
      const found = task.memory?.search(query) ?? []
      if (found.length === 0) return answer('[nothing is remembered with these words]')
      return answer(excerptOf(found.map(({ key, value, scope }) => `${key} (${scope}): ${excerptOf(value, MOST_CHARACTERS)}`).join('\n')))
    },
  })
}
