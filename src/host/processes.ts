import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Child, ChildEnd, Clock, Command, Processes } from '../base/ports.ts'
import { createClock } from './clock.ts'
import { watchPipes } from './processes-drain.ts'
import { findProgram, refusal } from './processes-find.ts'
import { stopTree } from './processes-stop.ts'
import { MARKER_VARIABLE, mayHaveLeft } from './processes-tree.ts'
import type { Tree } from './processes-tree.ts'

/** How long what a child left behind may take to stop before it is killed. */
const LEFTOVER_GRACE_MS = 1000

export interface ProcessSettings {
  readonly clock?: Clock
  /** Names all processes of this run, so that another process can find and end them later (`sweepTree`); random when left out. */
  readonly marker?: string
}

/** Processes of the system, with the marker that they all bear. */
export interface MarkedProcesses extends Processes {
  readonly marker: string
}

/** The real processes. `env` is our own environment: its PATH is where `find` looks, and nothing else of it reaches a child. */
export function createProcesses(env: Readonly<Record<string, string | undefined>>, settings: ProcessSettings = {}): MarkedProcesses {
  const clock = settings.clock ?? createClock()
  const outer = env[MARKER_VARIABLE]
  const own = settings.marker ?? randomBytes(8).toString('hex')
  const marker = outer === undefined ? own : `${outer}/${own}`
  const leaders = new Set<number>()
  let count = 0
  return {
    marker,
    start: (command) => startChild(command, `${marker}/${(count += 1)}`, leaders, clock),
    find: (program, path) => findProgram(program, path ?? env['PATH'] ?? ''),
  }
}

/** Ends all processes that bear a marker or one below it, wherever they are: what a run that was killed has left behind. */
export async function sweepTree(marker: string, graceMs: number, clock: Clock = createClock()): Promise<void> {
  await stopTree({ marker, leader: undefined, leaderEnded: true, asked: new Set() }, graceMs, clock)
}

async function startChild(command: Command, marker: string, leaders: Set<number>, clock: Clock): Promise<Child> {
  const child = await spawnChild(command, marker)
  const tree = { marker, leader: child.pid, leaderEnded: false, asked: new Set<string>() }
  const abandoned = Promise.withResolvers<ChildEnd>()
  const ended = Promise.race([watchEnd(child, tree, leaders, clock), abandoned.promise])
  return {
    pid: child.pid,
    ended,
    stop: async (graceMs) => {
      // What hangs in the kernel and cannot even be killed is given up, or it would hang us too.
      if (!(await stopTree(tree, graceMs, clock))) abandoned.resolve({ exitCode: null, signal: 'SIGKILL' })
      await ended
    },
  }
}

type Started = ChildProcess & { readonly pid: number }

async function spawnChild(command: Command, marker: string): Promise<Started> {
  const { argv, cwd, input, onStdout, onStderr } = command
  const [program, ...args] = argv
  try {
    const child = spawn(program, args, {
      cwd,
      env: { ...command.env, [MARKER_VARIABLE]: marker },
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', onStdout ? 'pipe' : 'ignore', onStderr ? 'pipe' : 'ignore'],
    })
    if (!isStarted(child)) throw await new Promise((resolve) => child.once('error', resolve))
    child.on('error', () => {})
    if (onStdout) child.stdout?.on('data', onStdout)
    if (onStderr) child.stderr?.on('data', onStderr)
    // A child that does not read its input to the end is no failure.
    child.stdin?.on('error', () => {}).end(input)
    return child
  } catch (error) {
    throw await refusal(error, command)
  }
}

function isStarted(child: ChildProcess): child is Started {
  return child.pid !== undefined
}

/** Its end is told when its output is complete and nothing that it started lives on. */
function watchEnd(child: Started, tree: Tree & { leader: number }, leaders: Set<number>, clock: Clock): Promise<ChildEnd> {
  leaders.add(child.pid)
  const drain = watchPipes(child, clock)
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) => {
      tree.leaderEnded = true
      leaders.delete(child.pid)
      const settle = async (): Promise<ChildEnd> => {
        const isDrained = await drain.settled()
        if (mayHaveLeft(tree, leaders)) await stopTree(tree, LEFTOVER_GRACE_MS, clock)
        if (!isDrained) await drain.settled()
        drain.cut()
        return { exitCode, signal }
      }
      settle().then(resolve, reject)
    })
  })
}
