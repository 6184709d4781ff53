import type { ProcessEntry } from './processes-table.ts'
import { listPids, listProcesses, mayLive, readLastPid, readProcess, readVariable } from './processes-table.ts'

/**
 * The variable that marks every process of ours, inherited by all that they start. Its value is a path: `RUN/CHILD`, and
 * `RUN/CHILD/RUN/CHILD` where we run inside ourselves, so that whoever ends a tree also ends the trees inside it.
 */
export const MARKER_VARIABLE = 'ORCH_TREE'

/** A child with all that it started. */
export interface Tree {
  readonly marker: string
  /** The child's pid, which is its group's too; undefined when only the marker is known. */
  readonly leader: number | undefined
  /** The child itself was reaped: its pid may belong to a stranger by now, and its group does if it has a leader again. */
  leaderEnded: boolean
  /** Who was asked to stop: a second request means something else to many programs. */
  readonly asked: Set<string>
}

export type LedTree = Tree & { readonly leader: number }

/** Above so many new pids, listing those that live is the cheaper question. */
const FEW_PIDS = 64

/** All that lives of a tree; `known` are processes that were found before and may have lost their parents since. */
export function livingOf(tree: Tree, known: readonly ProcessEntry[]): ProcessEntry[] {
  const all = listProcesses() ?? []
  const members = new Set<number>()
  const groupIsOurs = !tree.leaderEnded || !all.some((entry) => entry.pid === tree.leader)
  for (const entry of all) {
    if (entry.pid === process.pid) continue
    const inGroup = groupIsOurs && entry.group === tree.leader
    if (inGroup || known.some((one) => isSame(one, entry)) || isMarked(entry.pid, tree.marker)) members.add(entry.pid)
  }
  addDescendants(members, all)
  return all.filter((entry) => members.has(entry.pid))
}

/** Whether what was found before still lives. */
export function stillLiving(known: readonly ProcessEntry[]): ProcessEntry[] {
  return known.filter((one) => {
    const now = readProcess(one.pid)
    return now !== undefined && isSame(one, now)
  })
}

/**
 * Whether a child that has ended may have left something behind, asked as cheaply as can be, since it is asked after every
 * step: only the pids that were given since its start can be its descendants. `strangers` lead other groups of ours.
 */
export function mayHaveLeft(tree: LedTree, strangers: ReadonlySet<number>): boolean {
  const last = readLastPid()
  if (last === undefined) return hasGroup(tree.leader)
  return pidsSince(tree.leader, last).some((pid) => {
    const group = strangers.has(pid) ? undefined : readProcess(pid)?.group
    if (group === undefined || strangers.has(group)) return false
    return group === tree.leader || isMarked(pid, tree.marker)
  })
}

/** The living pids that were given after one, up to the last; all, where the system has begun anew at the lowest. */
function pidsSince(first: number, last: number): number[] {
  if (last < first) return listPids() ?? []
  if (last - first > FEW_PIDS) return (listPids() ?? []).filter((pid) => pid > first)
  return Array.from({ length: last - first }, (_, index) => first + 1 + index).filter(mayLive)
}

/** Whether a process group has members, ended ones that nobody reaped included. */
export function hasGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isMarked(pid: number, marker: string): boolean {
  const value = readVariable(pid, MARKER_VARIABLE)
  return value !== undefined && (value === marker || value.startsWith(`${marker}/`))
}

function addDescendants(members: Set<number>, all: readonly ProcessEntry[]): void {
  const children = Map.groupBy(all, (entry) => entry.parent)
  const queue = [...members]
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (members.has(child.pid)) continue
      members.add(child.pid)
      queue.push(child.pid)
    }
  }
}

function isSame(one: ProcessEntry, other: ProcessEntry): boolean {
  return one.pid === other.pid && one.started === other.started
}
