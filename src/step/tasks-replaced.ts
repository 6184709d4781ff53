import type { TaskList, TaskSpec } from '../pipeline/task-list.ts'
import type { AttemptResult } from '../run/contract.ts'
import type { NodeState, Run } from '../run/run.ts'
import { endOfNested } from './nested-end.ts'
import { replaceStep } from './replan.ts'
import type { Planner } from './replan.ts'
import { readReplacement } from './replacement.ts'
import { REPLACE_ID, taskPipeline } from './task-graph.ts'
import type { TaskGraph } from './task-graph.ts'
import { endOfTasks, whyNot } from './tasks-end.ts'
import { nest, sentence, termsOf, valueAt } from './tasks-site.ts'
import type { Tasks, TasksSite } from './tasks-site.ts'

const ENDED: ReadonlySet<string> = new Set(['passed', 'failed', 'skipped'])

/** Whether tasks failed for good, and others could do instead: not where a limit, a person or a rule of the maintainer ended the run. */
export function hasLost(run: Run, specs: readonly TaskSpec[]): boolean {
  return run.status === 'failed' && run.stopping === null && run.exitCode === 1 && lostOf(run, specs).failed.size > 0
}

/**
 * Whether an earlier attempt got so far that the planner was being asked for other tasks, or gave some that can be worked on. If
 * that came to nothing, the tasks themselves are tried again.
 */
export function isReplacing(site: TasksSite, tasks: Tasks, planner: Planner, run: Run): boolean {
  const asked = run.nodes.get(REPLACE_ID)
  const isOver = tasks.specs.every(({ id }) => ENDED.has(run.nodes.get(id)?.status ?? ''))
  if (!asked || !isOver || asked.status === 'failed' || asked.status === 'skipped') return false
  return asked.status !== 'passed' || replacementOf(site, tasks, planner, run, asked).mistakes.length === 0
}

/** Asks the planner once for other tasks in place of those that failed, performs them, and merges all that passed. */
export async function replaceLost(site: TasksSite, tasks: Tasks, planner: Planner, before: Run): Promise<AttemptResult> {
  const { world, task, io, step } = site
  const { specs, items, again } = tasks
  const lost = lostOf(before, specs)
  const became = specs.map((spec) => ({ id: spec.id, words: lost.all.has(spec.id) ? `it did not pass: ${whyNot(before, spec)}` : 'it passed' }))
  const ask = replaceStep({ world, task, planner, list: [...items] }, became, step.maxTasks - specs.length + lost.all.size)
  const graph = (more: TaskGraph['more'], fresh: readonly TaskSpec[], merge: TaskGraph['merge']): TaskGraph => ({
    tasks: [...specs, ...fresh], failed: lost.failed, skipped: lost.skipped, more: [...(again ? [again] : []), ...more], merge,
  })
  if (before.nodes.get(REPLACE_ID)?.status !== 'passed') io.activity('asking the planner for other tasks')
  // What it gave is not asked for again: a plan without the tasks that came of it would forget them.
  const asked = before.nodes.get(REPLACE_ID)?.status === 'passed' ? before : await nest(site, taskPipeline(world.pipeline, step, graph([ask], [], 'none')))
  const node = asked.nodes.get(REPLACE_ID)
  if (asked.stopping || (node?.status !== 'passed' && node?.status !== 'failed')) return endOfNested(asked, task, io)
  const { tasks: fresh, mistakes } = replacementOf(site, tasks, planner, asked, node)
  io.activity(fresh.length === 0 ? 'merging what passed' : `performing ${fresh.length} other tasks`)
  const run = await nest(site, taskPipeline(world.pipeline, step, graph([{ ...ask, continueOnError: true }], fresh, 'passed')))
  const words = mistakes.length === 0 ? ', planned again once' : `, and planning them again failed (${sentence(mistakes)})`
  return endOfTasks(task, io, run, { tasks: [...specs, ...fresh], replaced: mistakes.length === 0 ? lost.all : new Set(), words })
}

function replacementOf(site: TasksSite, { specs, items }: Tasks, planner: Planner, run: Run, asked: NodeState): TaskList {
  if (asked.status !== 'passed') return { tasks: [], mistakes: [{ message: asked.failure?.message ?? 'the planner did not answer', index: undefined }] }
  return readReplacement(valueAt(asked, planner.output), { items, lost: lostOf(run, specs).all }, termsOf(site))
}

/** Of the planned tasks those that did not pass, and whether they were begun. */
function lostOf(run: Run, specs: readonly TaskSpec[]): { readonly failed: ReadonlySet<string>; readonly skipped: ReadonlySet<string>; readonly all: ReadonlySet<string> } {
  const having = (status: string): string[] => specs.filter(({ id }) => run.nodes.get(id)?.status === status).map(({ id }) => id)
  const [failed, skipped] = [having('failed'), having('skipped')]
  return { failed: new Set(failed), skipped: new Set(skipped), all: new Set([...failed, ...skipped]) }
}
