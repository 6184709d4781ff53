import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { TasksStep } from '../pipeline/pipeline.ts'
import { readTasks } from '../pipeline/task-list.ts'
import type { AttemptResult, StepKind } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { endOfNested } from './nested-end.ts'
import { plannerOf, replanStep } from './replan.ts'
import { asNested, REPLAN_ID, taskPipeline } from './task-graph.ts'
import { endOfTasks } from './tasks-end.ts'
import { hasLost, isReplacing, replaceLost } from './tasks-replaced.ts'
import { nest, sentence, termsOf, valueAt } from './tasks-site.ts'
import type { Tasks, TasksSite } from './tasks-site.ts'
import type { StepWorld } from './world.ts'

const NONE: ReadonlySet<string> = new Set()

/** A list of tasks as a graph of agent steps, made while the run goes on; what they changed is merged into one commit. */
export function tasksKind(world: StepWorld, kindsOf: TasksSite['kindsOf']): StepKind {
  return {
    async attempt(task, io) {
      const site = { world, kindsOf, task, io, step: task.step as TasksStep }
      const list = await listOf(site)
      return list.ok ? performTasks(site, list.value) : list.error
    },
  }
}

/** All tasks, and once other ones in place of those that failed, where somebody can plan them. */
async function performTasks(site: TasksSite, tasks: Tasks): Promise<AttemptResult> {
  const { world, task, io, step } = site
  const planner = plannerOf(world.pipeline, step)
  if (planner && task.nested && isReplacing(site, tasks, planner, task.nested)) return replaceLost(site, tasks, planner, task.nested)
  io.activity(`performing ${tasks.specs.length} tasks`)
  const more = tasks.again ? [tasks.again] : []
  const run = await nest(site, taskPipeline(world.pipeline, step, { tasks: tasks.specs, failed: NONE, skipped: NONE, more, merge: planner ? 'all' : 'passed' }))
  if (planner && hasLost(run, tasks.specs)) return replaceLost(site, tasks, planner, run)
  return endOfTasks(task, io, run, { tasks: tasks.specs, replaced: NONE, words: '' })
}

/** The tasks to work on. What is wrong with them goes back to whoever planned them, once. */
async function listOf(site: TasksSite): Promise<Result<Tasks, AttemptResult>> {
  const { world, step, task, io } = site
  const given = typeof step.tasks === 'string' ? world.expressions?.render(step.tasks, task.scope) : ok(step.tasks)
  if (!given) throw new Error('the expressions of this pipeline are not loaded')
  if (!given.ok) return err(failed({ code: 'expression-failed', message: `the tasks cannot be evaluated: ${given.error}` }))
  const first = readTasks(given.value, termsOf(site))
  if (first.mistakes.length === 0) return ok({ specs: first.tasks, items: itemsOf(given.value), again: undefined })
  const planner = plannerOf(world.pipeline, step)
  if (!planner) return err(failed(invalid(`no agent of this pipeline planned them): ${sentence(first.mistakes)}`)))
  const again = replanStep({ world, task, planner, list: given.value }, first.mistakes)
  io.activity('asking the planner again')
  const before = task.nested?.nodes.get(REPLAN_ID)
  const run = before?.status === 'passed' ? undefined : await nest(site, asNested(world.pipeline, step, [again]))
  if (run && run.status !== 'passed') return err(endOfNested(run, task, io))
  const value = valueAt(run ? run.nodes.get(REPLAN_ID) : before, planner.output)
  const second = readTasks(value, termsOf(site))
  if (second.mistakes.length > 0) return err(failed(invalid(`asked again, the planner made mistakes, too): ${sentence(second.mistakes)}`)))
  return ok({ specs: second.tasks, items: itemsOf(value), again })
}

function itemsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function invalid(why: string): Failure {
  return { code: 'tasks-invalid', message: `the tasks cannot be worked on (${why}` }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
