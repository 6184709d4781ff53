import { StringDecoder } from 'node:string_decoder'
import { PortError } from '../base/ports.ts'
import type { ChildEnd, Command, Processes } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { ABORTED } from './agent-failure.ts'
import type { AgentFailure } from './agent.ts'

/** What a program's tree is given between being asked to stop and being killed. */
const GRACE_MS = 5000

/** Runs a program in place of a model, to its end or until its whole tree is stopped. */
export async function runProgram(
  command: Pick<Command, 'argv' | 'cwd' | 'env' | 'input'>, processes: Processes, signal: AbortSignal, hear: { stdout(text: string): void; stderr(text: string): void },
): Promise<Result<ChildEnd, AgentFailure>> {
  const stdout = new StringDecoder('utf8')
  const stderr = new StringDecoder('utf8')
  // Started by us, a shell finds a socket as its input and would read the user's start-up files as if it came over a network.
  const env = { ...command.env, SHLVL: command.env['SHLVL'] ?? '1' }
  const listeners = { onStdout: (chunk: Buffer) => hear.stdout(stdout.write(chunk)), onStderr: (chunk: Buffer) => hear.stderr(stderr.write(chunk)) }
  try {
    const child = await processes.start({ ...command, env, ...listeners })
    const stop = (): void => void child.stop(GRACE_MS)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const end = await child.ended
    signal.removeEventListener('abort', stop)
    hear.stdout(stdout.end())
    if (!signal.aborted) return ok(end)
    await child.stop(GRACE_MS)
    return err(ABORTED)
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return err({ code: 'program-failed', message: `\`${command.argv[0]}\` cannot be started: ${error.code}` })
  }
}

/** How a program ended that did not end well. */
export function programFailed(program: string, { exitCode, signal }: ChildEnd, why = ''): AgentFailure {
  const how = exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `exited with code ${exitCode}`
  return { code: 'program-failed', message: `the program \`${program}\` ${how}${why === '' ? '' : `: ${why}`}` }
}
