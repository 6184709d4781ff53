import { randomBytes } from 'node:crypto'
import type { Child, ChildEnd, Clock, Command, Processes } from '../base/ports.ts'
import { createClock } from './clock.ts'
import { findProgram } from './processes-find.ts'
import { watchForked } from './processes-forked.ts'
import { createForkers } from './processes-forkers.ts'
import type { ForkedBy, Forkers, ForkerSettings } from './processes-forkers.ts'
import { spawnChild, watchSpawned } from './processes-spawned.ts'
import { stopTree } from './processes-stop.ts'
import { MARKER_VARIABLE } from './processes-tree.ts'
import type { LedTree, Tree } from './processes-tree.ts'

/** How long what a child left behind may take to stop before it is killed. */
const LEFTOVER_GRACE_MS = 1000

export interface ProcessSettings extends ForkerSettings {
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
  const outer = env[MARKER_VARIABLE]
  const own = settings.marker ?? randomBytes(8).toString('hex')
  const marker = outer === undefined ? own : `${outer}/${own}`
  const leaders = new Set<number>()
  const nursery: Nursery = { leaders, forkers: createForkers(settings, leaders), clock: settings.clock ?? createClock() }
  let count = 0
  return {
    marker,
    start: (command) => startChild(command, `${marker}/${(count += 1)}`, nursery),
    find: (program, path) => findProgram(program, path ?? env['PATH'] ?? ''),
  }
}

/** Ends all processes that bear a marker or one below it, wherever they are: what a run that was killed has left behind. */
export async function sweepTree(marker: string, graceMs: number, clock: Clock = createClock()): Promise<void> {
  await stopTree(unledTree(marker), graceMs, clock)
}

function unledTree(marker: string): Tree {
  return { marker, leader: undefined, leaderEnded: true, asked: new Set() }
}

/** What all children have in common. */
interface Nursery {
  /** The pids of the children, and of the forkers, that have not ended. */
  readonly leaders: Set<number>
  readonly forkers: Forkers
  readonly clock: Clock
}

async function startChild(command: Command, marker: string, nursery: Nursery): Promise<Child> {
  const { leaders, clock } = nursery
  const environment = { ...command.env, [MARKER_VARIABLE]: marker }
  const forked = await fork(command, environment, marker, nursery)
  const child = forked ?? (await spawnChild(command, environment))
  const tree: LedTree = { marker, leader: child.pid, leaderEnded: false, asked: new Set() }
  const abandoned = Promise.withResolvers<ChildEnd>()
  leaders.add(child.pid)
  const watched = 'forker' in child ? watchForked(child, tree, leaders, LEFTOVER_GRACE_MS, clock) : watchSpawned(child, tree, leaders, LEFTOVER_GRACE_MS, clock)
  const ended = Promise.race([watched, abandoned.promise])
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

/** Undefined when the command is to be started the ordinary way. What may have been started when it fails is ended. */
async function fork(command: Command, environment: Command['env'], marker: string, { forkers, clock }: Nursery): Promise<ForkedBy | undefined> {
  try {
    return await forkers.start(command, environment)
  } catch (error) {
    await stopTree(unledTree(marker), LEFTOVER_GRACE_MS, clock)
    throw error
  }
}
