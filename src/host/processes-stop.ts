import type { Clock } from '../base/ports.ts'
import type { ProcessEntry } from './processes-table.ts'
import type { Tree } from './processes-tree.ts'
import { hasGroup, livingOf, stillLiving } from './processes-tree.ts'

const FIRST_LOOK_MS = 2
const LONGEST_LOOK_MS = 50

/** How long a killed process may take to go: one that hangs in the kernel must not hang us too. */
const PATIENCE_MS = 1500

/** What is known of a tree while it is being stopped. */
interface Hunt {
  readonly tree: Tree
  known: readonly ProcessEntry[]
}

/**
 * Asks all that lives of a tree to stop, each process once, kills what is left after the grace, and resolves to true when
 * nothing lives, to false when something cannot be killed. What it starts meanwhile is asked too. Where there is no `/proc`,
 * only the process group is reached.
 */
export async function stopTree(tree: Tree, graceMs: number, clock: Clock): Promise<boolean> {
  const hunt: Hunt = { tree, known: [] }
  const pursue = process.platform === 'linux' ? pursueTree : pursueGroup
  const end = clock.elapsed() + graceMs
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
    const left = end - clock.elapsed()
    if (!pursue(hunt, left <= 0)) return true
    if (left <= -PATIENCE_MS) return false
    await wait(clock, left <= 0 ? pause : Math.min(pause, left))
  }
}

/** One look and the signals that follow from it; false when nothing lives any more. */
function pursueTree(hunt: Hunt, isLate: boolean): boolean {
  const { tree } = hunt
  // The whole table is read only when it matters: at first, when all that was known is gone, and when it is time to kill.
  const left = isLate ? [] : stillLiving(hunt.known)
  hunt.known = left.length > 0 ? left : livingOf(tree, hunt.known)
  if (isLate && hunt.known.some((entry) => entry.group === tree.leader)) signal(-Number(tree.leader), 'SIGKILL')
  for (const entry of hunt.known) {
    if (isLate) signal(entry.pid, 'SIGKILL')
    else if (!tree.asked.has(identity(entry))) signal(entry.pid, 'SIGTERM')
    tree.asked.add(identity(entry))
  }
  return hunt.known.length > 0
}

function pursueGroup({ tree }: Hunt, isLate: boolean): boolean {
  if (tree.leader === undefined || !hasGroup(tree.leader)) return false
  if (isLate) signal(-tree.leader, 'SIGKILL')
  else if (tree.asked.size === 0) signal(-tree.leader, 'SIGTERM')
  tree.asked.add('group')
  return true
}

function identity(entry: ProcessEntry): string {
  return `${entry.pid} ${entry.started}`
}

function signal(target: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(target, name)
  } catch {
    // It ended by itself, or it is not ours to end; the next look tells.
  }
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
