import { overlap } from '../pipeline/overlap.ts'
import type { AgentStep, CommonStep, MergeStep, Pipeline, StepSpec, TasksStep } from '../pipeline/pipeline.ts'
import type { TaskSpec } from '../pipeline/task-list.ts'
import { hasExpression } from '../pipeline/template.ts'

export const MERGE_ID = 'merge'
export const REPLAN_ID = 'replan'
export const REPLACE_ID = 'replace'

/** What a pipeline of tasks is made from. */
export interface TaskGraph {
  readonly tasks: readonly TaskSpec[]
  /** Tasks that failed for good: they stay as they ended, and hold nobody up. */
  readonly failed: ReadonlySet<string>
  /** Tasks that were never begun, since they needed one that failed. */
  readonly skipped: ReadonlySet<string>
  /** Steps in which the planner is asked again. */
  readonly more: readonly StepSpec[]
  /** `passed`: of the others when some failed; `all`: only when all passed; `none`: there is more to come. */
  readonly merge: 'passed' | 'all' | 'none'
}

/**
 * A list without mistakes as a pipeline: an agent step for each task, and a merge of what they changed, in an order in which each
 * comes after what it needs. Of two tasks whose `files` could meet, the later one waits for the earlier one, and sees its changes.
 */
export function taskPipeline(pipeline: Pipeline, step: TasksStep, { tasks, failed, skipped, more, merge }: TaskGraph): Pipeline {
  const order = inOrder(tasks)
  const steps = order.map((task, at) => {
    const own = agentStep(step, task, order.slice(0, at).filter((earlier) => mustWait(task, earlier, order)))
    return skipped.has(task.id) ? { ...own, if: 'false' } : failed.has(task.id) ? { ...own, continueOnError: true } : own
  })
  const merges = merge === 'none' ? [] : [mergeStep(step, order.map(({ id }) => id), merge)]
  return asNested(pipeline, step, [...more, ...steps, ...merges])
}

/** The pipeline around a `tasks` step with other steps: its agents, checks and workspace, and no bounds of its own. */
export function asNested(pipeline: Pipeline, step: TasksStep, steps: readonly StepSpec[]): Pipeline {
  const limits = { ...pipeline.limits, budget: undefined, warnAt: [], timeoutMs: undefined }
  return { ...pipeline, name: step.id, description: undefined, limits, steps: new Map(steps.map((one) => [one.id, one])), outputs: {}, reports: {} }
}

/** Each after all that it needs; ties in the order of the list. */
function inOrder(tasks: readonly TaskSpec[]): TaskSpec[] {
  const left = [...tasks]
  const ordered: TaskSpec[] = []
  const done = new Set<string>()
  while (left.length > 0) {
    const at = left.findIndex(({ needs }) => needs.every((need) => done.has(need)))
    const [next] = left.splice(Math.max(0, at), 1)
    if (!next) break
    ordered.push(next)
    done.add(next.id)
  }
  return ordered
}

function mustWait(task: TaskSpec, earlier: TaskSpec, all: readonly TaskSpec[]): boolean {
  return task.files.length > 0 && earlier.files.length > 0 && overlap(task.files, earlier.files) && !reaches(task, earlier.id, all)
}

function reaches(task: TaskSpec, id: string, all: readonly TaskSpec[]): boolean {
  const seen = new Set(task.needs)
  for (const need of seen) for (const further of all.find((other) => other.id === need)?.needs ?? []) seen.add(further)
  return seen.has(id)
}

/** `before`: tasks that must have ended, well or badly, since they may write the same files. */
function agentStep(step: TasksStep, task: TaskSpec, before: readonly TaskSpec[]): AgentStep {
  const wellEnded = task.needs.map((need) => ` && steps['${need}'].status == 'passed'`)
  return {
    ...common(step, task.id), kind: 'agent', agent: step.assign, capabilities: task.capabilities, prompt: promptOf(task), isVerbatim: true, race: undefined, promptFile: undefined,
    outputs: undefined, verify: step.verify, repair: step.repair,
    name: hasExpression(task.title) ? undefined : task.title, files: task.files, priority: task.priority, risk: task.risk,
    needs: [...task.needs, ...before.map(({ id }) => id)],
    if: before.length === 0 ? undefined : `!cancelled()${wellEnded.join('')}`,
  }
}

function promptOf({ title, prompt }: TaskSpec): string {
  return title.trim() === prompt.trim() ? prompt : `${title}\n\n${prompt}`
}

function mergeStep(step: TasksStep, ids: readonly string[], which: 'passed' | 'all'): MergeStep {
  return {
    ...common(step, MERGE_ID), kind: 'merge', merge: ids, needs: ids, if: which === 'all' ? undefined : '!cancelled()', onConflict: step.onConflict, resolver: step.resolver,
    verify: step.verify, repair: step.repair,
  }
}

/** What every step of it has; `step` gives its `env`. */
export function common(step: TasksStep | undefined, id: string): CommonStep {
  return {
    id, name: undefined, needs: [], if: undefined, matrix: undefined, env: step?.env ?? {}, timeoutMs: undefined,
    retry: { attempts: 1, backoffMs: 1000, maxDelayMs: 300_000, on: undefined }, continueOnError: false, workspace: 'inherit',
    artifacts: [], files: [], priority: 0, budget: undefined, risk: 'low', cache: undefined,
  }
}
