import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { ChildEnd, Clock, Command } from '../base/ports.ts'
import { watchPipes } from './processes-drain.ts'
import { refusal } from './processes-find.ts'
import { stopTree } from './processes-stop.ts'
import { mayHaveLeft } from './processes-tree.ts'
import type { LedTree } from './processes-tree.ts'

/** A child that we have started ourselves. */
export type Spawned = ChildProcess & { readonly pid: number }

/** The ordinary way to start a program; what the system refuses becomes a `PortError`. `environment` is its whole environment. */
export async function spawnChild(command: Command, environment: Readonly<Record<string, string>>): Promise<Spawned> {
  const { argv, cwd, input, onInput, onStdout, onStderr } = command
  const [program, ...args] = argv
  try {
    const child = spawn(program, args, {
      cwd,
      env: environment,
      detached: true,
      stdio: [input === undefined && !onInput ? 'ignore' : 'pipe', onStdout ? 'pipe' : 'ignore', onStderr ? 'pipe' : 'ignore'],
    })
    if (!isStarted(child)) throw await new Promise((resolve) => child.once('error', resolve))
    child.on('error', () => {})
    if (onStdout) child.stdout?.on('data', onStdout)
    if (onStderr) child.stderr?.on('data', onStderr)
    // A child that does not read its input to the end is no failure.
    const stdin = child.stdin?.on('error', () => {})
    if (onInput) onInput({ write: (text) => void (stdin?.writable === true && stdin.write(text)), end: () => void stdin?.end() })
    else stdin?.end(input)
    return child
  } catch (error) {
    throw await refusal(error, command)
  }
}

function isStarted(child: ChildProcess): child is Spawned {
  return child.pid !== undefined
}

/** Its end is told when its output is complete and nothing that it started lives on. `leaders` are the living children. */
export function watchSpawned(child: Spawned, tree: LedTree, leaders: Set<number>, graceMs: number, clock: Clock): Promise<ChildEnd> {
  const drain = watchPipes(child, clock)
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) => {
      tree.leaderEnded = true
      leaders.delete(child.pid)
      const settle = async (): Promise<ChildEnd> => {
        const isDrained = await drain.settled()
        if (mayHaveLeft(tree, leaders)) await stopTree(tree, graceMs, clock)
        if (!isDrained) await drain.settled()
        drain.cut()
        return { exitCode, signal }
      }
      settle().then(resolve, reject)
    })
  })
}
