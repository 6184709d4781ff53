import type { Clock } from '../base/ports.ts'
import { hasEnded } from '../run/run.ts'
import { shownNodes } from '../run/nested-runs.ts'
import type { NodeState, Run } from '../run/run.ts'
import { skipWords } from './event-lines.ts'
import type { Paint } from './paint.ts'
import { plainLine } from './plain.ts'
import { nodeTitle, stepTitle } from './tree-words.ts'
import type { Task, TaskList, TaskState } from './tree-tasks.ts'

/** What the tree shows of a run, kept equal to it. */
export interface Board {
  /** Shows the run as it is now. */
  refresh(): void
  activity(node: string, text: string): void
  /** Leaves the final state on the screen. */
  close(): Promise<void>
}

/** A row for every step, and below it one for each node where there are several. */
export function openBoard(openList: (titles: readonly string[]) => TaskList, paint: Paint, clock: Clock, run: Run): Board {
  const activities = new Map<string, string>()
  const list = openList([...run.steps.keys()].map(plainLine))
  const steps = new Map([...run.steps.keys()].map((id, index) => [id, list.tasks[index]]))
  const children = new Map<string, Task>()

  const refresh = (): void => {
    const now = clock.now()
    for (const step of run.steps.values()) {
      const parent = steps.get(step.id)
      if (!parent) continue
      const nodes = (step.nodes ?? []).flatMap((id) => run.nodes.get(id) ?? [])
      show(parent, stepRow(step.id, nodes, now, paint, activities))
      for (const { id, node } of rowsBelow(run, nodes)) {
        const row = nodeRow({ ...node, id }, now, paint, activities.get(id))
        const child = children.get(id) ?? parent.child(row.title)
        children.set(id, child)
        show(child, row)
      }
    }
  }
  return {
    refresh,
    activity: (node, text) => {
      const line = plainLine(text)
      if (line.trim() !== '') activities.set(node, line)
    },
    close: async () => {
      refresh()
      await list.close()
    },
  }
}

/** The nodes of a step where there are several, and those of the pipelines that they perform. */
function rowsBelow(run: Run, nodes: readonly NodeState[]): readonly { readonly id: string; readonly node: NodeState }[] {
  return nodes.flatMap((node) => {
    const inner = node.status === 'skipped' ? undefined : run.nested.get(node.id)
    const below = inner ? shownNodes(inner, `${node.id}/`) : []
    return nodes.length < 2 ? below : [{ id: node.id, node }, ...below]
  })
}

function show(task: Task, row: Row): void {
  task.show(row.state, row.title, row.note)
}

interface Row {
  readonly state: TaskState
  readonly title: string
  /** What is being done, or why it ended as it did. */
  readonly note: string
}

function stepRow(id: string, nodes: readonly NodeState[], now: number, paint: Paint, activities: ReadonlyMap<string, string>): Row {
  const [only] = nodes
  if (!only) return { state: 'waiting', title: plainLine(id), note: '' }
  if (nodes.length === 1) return nodeRow(only, now, paint, activities.get(only.id))
  return { state: jointState(nodes), title: stepTitle(id, nodes, paint), note: '' }
}

function jointState(nodes: readonly NodeState[]): TaskState {
  if (nodes.every((node) => node.status === 'pending')) return 'waiting'
  if (!nodes.every(hasEnded)) return 'working'
  if (nodes.some((node) => node.status === 'failed')) return 'failed'
  if (nodes.some((node) => node.status === 'cancelled')) return 'cancelled'
  return nodes.some((node) => node.status === 'passed') ? 'passed' : 'skipped'
}

function nodeRow(node: NodeState, now: number, paint: Paint, activity = ''): Row {
  const title = nodeTitle(node, now, paint)
  switch (node.status) {
    case 'pending':
      return node.retryAt === null ? { state: 'waiting', title, note: '' } : { state: 'working', title, note: 'to be tried again' }
    case 'running': return { state: 'working', title, note: activity }
    case 'waiting': return { state: 'working', title, note: 'waits for approval' }
    case 'passed': return { state: 'passed', title, note: '' }
    case 'failed': return { state: 'failed', title, note: plainLine(node.failure?.message ?? '') }
    case 'cancelled': return { state: 'cancelled', title, note: '' }
    case 'skipped': return { state: 'skipped', title, note: node.skipped ? skipWords(node.skipped) : '' }
  }
}
