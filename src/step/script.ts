import { PortError } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { compileScript, renderVariables } from '../pipeline/script.ts'
import type { Template } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { createTextDecoder } from './text-decoder.ts'
import type { StepWorld } from './world.ts'

/** How long children may take to end after they were asked to, before they are killed. */
export const GRACE_MS = 5000

export interface ScriptOrder {
  readonly script: Template
  /** As split by blanks. POSIX-like shells get the script by `-c`, all others as a file. */
  readonly shell: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface ScriptEnd {
  /** Null when a signal ended it, or we did. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly aborted: boolean
}

/** Runs an author's script; expressions reach it as variables only. Its output goes to the attempt's log as it comes. */
export async function runScript(world: StepWorld, task: AttemptTask, io: AttemptIo, order: ScriptOrder): Promise<Result<ScriptEnd, Failure>> {
  const prepared = prepare(world, task, order)
  if (!prepared.ok) return prepared
  const stdout = createTextDecoder((text) => io.output('stdout', text))
  const stderr = createTextDecoder((text) => io.output('stderr', text))
  const argv = await commandOf(world, io, order.shell, prepared.value.script)
  try {
    const child = await world.ports.processes.start({ argv, cwd: order.cwd, env: prepared.value.env, onStdout: stdout.push, onStderr: stderr.push })
    const stop = (): void => void child.stop(GRACE_MS)
    io.signal.addEventListener('abort', stop, { once: true })
    if (io.signal.aborted) stop()
    const end = await child.ended
    io.signal.removeEventListener('abort', stop)
    if (io.signal.aborted) await child.stop(GRACE_MS)
    stdout.end()
    stderr.end()
    return ok({ ...end, aborted: io.signal.aborted })
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return err({ code: 'program-missing', message: error.message, program: argv[0] })
  }
}

function prepare(world: StepWorld, task: AttemptTask, order: ScriptOrder): Result<{ script: string; env: Record<string, string> }, Failure> {
  const { expressions } = world
  if (!expressions) return ok({ script: order.script, env: { ...order.env } })
  const compiled = compileScript(order.script)
  const variables = renderVariables(compiled, expressions, task.scope)
  if (!variables.ok) return err({ code: 'expression-failed', message: variables.error })
  return ok({ script: compiled.script, env: { ...order.env, ...variables.value } })
}

const POSIX_LIKE = /^(.*\/)?(sh|bash|dash|ash|ksh|mksh|zsh)$/

async function commandOf(world: StepWorld, io: AttemptIo, shell: string, script: string): Promise<[string, ...string[]]> {
  const [program = 'bash', ...rest] = shell.split(/\s+/).filter((word) => word !== '')
  // An argument of more than 128 KiB does not start on Linux.
  if (POSIX_LIKE.test(program) && script.length < 30_000) return [program, ...rest, '-c', script]
  const file = `${io.outputFile}.script`
  await world.ports.files.write(file, script, 0o700)
  return [program, ...rest, file]
}
