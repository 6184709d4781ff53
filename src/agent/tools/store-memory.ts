import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const LONGEST_TTL_S = 31_536_000

const FIELDS = {
  key: { type: 'string', about: 'The word under which it is found again.' },
  value: { type: 'string', about: 'What is to be remembered.' },
  scope: { type: 'string', about: '`shared`: for all agents of this run, which is usual. `private`: for yourself.', optional: true, values: ['shared', 'private'] },
  ttl: { type: 'integer', about: 'Seconds until it is forgotten; otherwise it stays for the run.', optional: true, minimum: 1, maximum: LONGEST_TTL_S },
} as const

export function storeMemoryTool({ task }: ToolWorld): Tool {
  return defineTool({
    name: 'store_memory',
    about: 'Remembers a text under a key, in place of what was there. Others see it once your step has passed; if it fails, it is forgotten.',
    access: 'talk',
    fields: FIELDS,
    activity: ['remembering', 'key'],
    async run({ key, value, scope, ttl }) {
      const stored = task.memory?.store(key, value, scope === 'private' ? 'private' : 'shared', ttl)
      if (!stored) return refuse('there is no memory here')
      return stored.ok ? answer(`remembered \`${key}\``) : refuse(stored.error)
    },
  })
}
