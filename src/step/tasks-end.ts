import type { TaskSpec } from '../pipeline/task-list.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import { isRetryable } from '../run/failure.ts'
import type { Failure } from '../run/failure.ts'
import type { Run } from '../run/run.ts'
import { endOfNested } from './nested-end.ts'
import { MERGE_ID } from './task-graph.ts'

/** What was to be done in the end. */
export interface Ending {
  /** All that were ever planned. */
  readonly tasks: readonly TaskSpec[]
  /** Those that others stand for. */
  readonly replaced: ReadonlySet<string>
  /** What there is to say of planning again; empty where that did not happen. */
  readonly words: string
}

/** What became of the tasks. What passed is merged and kept also where others failed. */
export function endOfTasks(task: AttemptTask, io: AttemptIo, run: Run, { tasks, replaced, words }: Ending): AttemptResult {
  const ended = endOfNested(run, task, io)
  const told = tasks.map(({ id, title }) => {
    const node = run.nodes.get(id)
    return { id, title, status: node?.status ?? 'pending', agent: node?.agent ?? null, commit: node?.commit ?? null, text: node?.outputs.text ?? null }
  })
  const merge = run.nodes.get(MERGE_ID)
  const outputs = { tasks: told }
  const isKept = merge?.status === 'passed' && merge.commit !== null
  const common = { outputs, commit: isKept ? merge.commit : null, filesChanged: isKept ? merge.filesChanged : [] }
  if (run.stopping || (ended.status !== 'failed' && ended.status !== 'passed')) return { ...ended, ...common }
  const counted = tasks.filter(({ id }) => !replaced.has(id))
  const lost = counted.filter(({ id }) => run.nodes.get(id)?.status !== 'passed')
  if (lost.length === 0) return ended.status === 'passed' ? { ...ended, ...common } : { ...ended, outputs }
  return { ...common, status: 'failed', failure: tasksFailed(task, run, { lost, all: counted.length, words, commit: common.commit }) }
}

interface Lost {
  readonly lost: readonly TaskSpec[]
  readonly all: number
  readonly words: string
  readonly commit: string | null
}

function tasksFailed(task: AttemptTask, run: Run, { lost, all, words, commit }: Lost): Failure {
  const each = lost.map((spec) => `\`${task.node}/${spec.id}\` (${whyNot(run, spec)})`)
  const retryable = lost.some(({ id }) => { const failure = run.nodes.get(id)?.failure; return failure != null && isRetryable(failure) })
  const kept = commit === null ? 'nothing was merged' : `what the others changed is merged in ${commit.slice(0, 12)}`
  const message = `${lost.length} of ${all} tasks failed${words}: ${each.join(', ')}; ${kept}`
  return { code: 'tasks-failed', message, tasks: lost.map(({ id }) => `${task.node}/${id}`), commit, retryable }
}

/** Why a task did not pass, in words. */
export function whyNot(run: Run, { id, needs }: TaskSpec): string {
  const node = run.nodes.get(id)
  if (node?.failure) return node.failure.message
  const missing = needs.find((need) => run.nodes.get(need)?.status !== 'passed')
  return node?.status === 'skipped' && missing !== undefined ? `it needs \`${missing}\`` : 'it did not run'
}
