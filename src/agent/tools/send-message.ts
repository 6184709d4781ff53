import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  to: { type: 'string', about: 'An agent, or a step: whoever works on it.' },
  text: { type: 'string', about: 'What to say.' },
} as const

export function sendMessageTool({ task }: ToolWorld): Tool {
  return defineTool({
    name: 'send_message',
    about: 'Sends a message to another agent of this run. It is there at once, also if your step fails later; nobody is interrupted by it.',
    access: 'talk',
    fields: FIELDS,
    activity: ['writing to', 'to'],
    async run({ to, text }) {
      const sent = await task.mail?.send(to, text)
      if (!sent) return refuse('there are no messages here')
      return sent.ok ? answer(`sent to \`${to}\``) : refuse(sent.error)
    },
  })
}
