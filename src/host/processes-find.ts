import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Command } from '../base/ports.ts'

/** The first executable file of that name on the PATH, empty entries left out; a name with a slash is a path already. */
export async function findProgram(program: string, path: string): Promise<string | undefined> {
  if (program === '') return undefined
  if (program.includes('/')) return (await isExecutable(program)) ? program : undefined
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, program)
    if (folder !== '' && (await isExecutable(candidate))) return candidate
  }
  return undefined
}

/** Why a program did not start, in words that tell a missing folder (`ENOTDIR`) from a missing program (`ENOENT`). */
export async function refusal(error: unknown, command: Command): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const [program] = command.argv
  if (code === 'ERR_INVALID_ARG_VALUE') return new PortError('EINVAL', program, `\`${program}\` was given a text with a NUL character`)
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error
  if (!(await isFolder(command.cwd))) return new PortError('ENOTDIR', command.cwd, `the folder \`${command.cwd}\` does not exist`)
  return new PortError(code, program, await explain(code, command))
}

async function explain(code: string, command: Command): Promise<string> {
  const [program] = command.argv
  switch (code) {
    case 'ENOENT': {
      const found = await findProgram(program, command.env['PATH'] ?? '')
      return found ? `the interpreter that \`${program}\` names was not found` : `the program \`${program}\` was not found`
    }
    case 'EACCES':
      return `the program \`${program}\` is not executable`
    case 'E2BIG':
      return `the arguments and the environment of \`${program}\` are longer than the system allows`
    default:
      return `the program \`${program}\` could not be started (${code})`
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
