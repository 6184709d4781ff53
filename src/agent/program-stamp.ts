import type { Ports } from '../base/ports.ts'
import { EXECUTORS } from './executors.ts'
import type { Executor } from './program.ts'

/** Which program it was that worked: what a reader of the report needs to get the same one again. */
export interface ProgramStamp {
  readonly name: string
  /** As it says itself; null where it does not. */
  readonly version: string | null
  /** Of the file that was started, links followed. */
  readonly sha256: string
}

/** An agent program as a person wants to know of it before a run. */
export interface ProgramState {
  readonly name: string
  readonly program: string
  /** Undefined: it is not on the PATH. */
  readonly path: string | undefined
  readonly version: string | null
  readonly install: string
}

type StampPorts = Pick<Ports, 'files' | 'processes' | 'clock'>

/** It is asked for its version in the environment in which it works. */
export async function stampProgram(executor: Executor, path: string, ports: StampPorts, env: Readonly<Record<string, string>>): Promise<ProgramStamp> {
  const [version, sha256] = await Promise.all([versionOf(path, ports, env), ports.files.digest(path)])
  return { name: executor.name, version, sha256 }
}

/** Which agent programs are there. `env`: what they may see; its PATH is where they are looked for. */
export async function probePrograms(ports: StampPorts, env: Readonly<Record<string, string>>): Promise<ProgramState[]> {
  return Promise.all([...EXECUTORS.values()].map(async ({ name, program, install }) => {
    const path = await ports.processes.find(program, env['PATH'])
    return { name, program, path, version: path === undefined ? null : await versionOf(path, ports, env), install }
  }))
}

const PATIENCE_MS = 30_000
const GRACE_MS = 500

async function versionOf(path: string, { processes, clock }: StampPorts, env: Readonly<Record<string, string>>): Promise<string | null> {
  let printed = ''
  const child = await processes.start({
    argv: [path, '--version'], cwd: env['HOME'] ?? '/', env,
    onStdout: (chunk) => { printed = (printed + chunk.toString('latin1')).slice(0, 1000) },
  })
  const cancel = clock.after(PATIENCE_MS, () => void child.stop(GRACE_MS))
  await child.ended
  cancel()
  return /\d+\.\d+\.\d+[\w.+-]*/.exec(printed)?.[0] ?? null
}
