import { commandProblem } from '../allowed-command.ts'
import { DEFAULT_TIMEOUT_S, LONGEST_TIMEOUT_S, runCommand } from '../run-command.ts'
import { refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  command: { type: 'string', about: 'Command line for `bash -c`.' },
  timeout: {
    type: 'integer',
    about: `Seconds until it is stopped, ${DEFAULT_TIMEOUT_S} otherwise.`,
    optional: true,
    minimum: 1,
    maximum: LONGEST_TIMEOUT_S,
  },
} as const

export function executeCommandTool(world: ToolWorld): Tool {
  return defineTool({
    name: 'execute_command',
    about:
      'Runs a command in the working folder and gives what it printed and its exit code. It has no input, each one starts anew, ' +
      'and what it leaves in the background is stopped.',
    access: 'run',
    fields: FIELDS,
    activity: ['running', 'command'],
    async run({ command, timeout }, signal) {
      const problem = commandProblem(command, world.task)
      if (problem !== undefined) return refuse(problem)
      return runCommand(world, ['bash', '-c', command], timeout ?? DEFAULT_TIMEOUT_S, signal)
    },
  })
}
