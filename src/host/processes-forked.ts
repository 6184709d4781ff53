import type { ChildEnd, Clock } from '../base/ports.ts'
import { watchPipes } from './processes-drain.ts'
import type { ForkedBy } from './processes-forkers.ts'
import { stopTree } from './processes-stop.ts'
import type { Tree } from './processes-tree.ts'

/** So long at most a process is between two programs. */
const BETWEEN_PROGRAMS_MS = 5

/** The end of a child that a forker has started: told when its output is complete and nothing that it started lives on. */
export async function watchForked({ pid, ended, forker }: ForkedBy, tree: Tree, leaders: Set<number>, graceMs: number, clock: Clock): Promise<ChildEnd> {
  const { left, ...end } = await ended
  leaders.delete(pid)
  tree.leaderEnded = left !== 'unknown'
  if (left === 'nothing') return end
  // The forker ends too, so that only what was left behind still holds the pipes.
  const drain = watchPipes(forker.process, clock)
  const isDrained = await drain.settled()
  await stopTree(tree, graceMs, clock)
  // What is just becoming another program bears no mark for a moment: a second look finds it.
  await new Promise<void>((resolve) => void clock.after(BETWEEN_PROGRAMS_MS, resolve))
  await stopTree(tree, graceMs, clock)
  if (!isDrained) await drain.settled()
  drain.cut()
  return end
}
