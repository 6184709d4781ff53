import { basename } from 'node:path'
import { commandProblem } from '../allowed-command.ts'
import { placeOf } from '../path.ts'
import { DEFAULT_TIMEOUT_S, runCommand } from '../run-command.ts'
import { refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  path: { type: 'string', about: 'Path of the script, relative to the working folder.' },
  args: { type: 'strings', about: 'Its arguments, taken as they are.', optional: true },
} as const

/** Permission is asked for the command line `PATH ARG…` as a shell would need it written. */
export function runScriptTool(world: ToolWorld): Tool {
  return defineTool({
    name: 'run_script',
    about: 'Runs a script of the workspace in the working folder: an executable one itself, a `.sh` with bash.',
    access: 'run',
    fields: FIELDS,
    activity: ['running', 'path'],
    async run({ path, args = [] }, signal) {
      const found = await placeOf(world.ports.files, world.task, path, 'read')
      if (!found.ok) return refuse(found.error)
      const { shown, stat, path: script } = found.value
      const problem = commandProblem([shown, ...args].map(quoted).join(' '), world.task)
      if (problem !== undefined) return refuse(problem)
      if (stat?.kind !== 'file') return refuse(`there is no script \`${shown}\``)
      const isExecutable = (stat.mode & 0o111) !== 0
      if (!isExecutable && !basename(script).endsWith('.sh')) return refuse(`\`${shown}\` is neither executable nor a \`.sh\` script`)
      return runCommand(world, isExecutable ? [script, ...args] : ['bash', script, ...args], DEFAULT_TIMEOUT_S, signal)
    },
  })
}

function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
