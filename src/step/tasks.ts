import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentStep, TasksStep } from '../pipeline/pipeline.ts'
import { readTasks } from '../pipeline/task-list.ts'
import type { TaskMistake, TaskSpec } from '../pipeline/task-list.ts'
import { AUTO } from '../pipeline/words.ts'
import type { AttemptIo, AttemptResult, AttemptTask, StepKind } from '../run/contract.ts'
import { isRetryable } from '../run/failure.ts'
import type { Failure } from '../run/failure.ts'
import type { NodeState, Run } from '../run/run.ts'
import { endOfNested } from './nested-end.ts'
import { plannerOf, replanStep } from './replan.ts'
import { asNested, MERGE_ID, REPLAN_ID, taskPipeline } from './task-graph.ts'
import type { StepWorld } from './world.ts'

type Kinds = (world: StepWorld) => Readonly<Record<string, StepKind>>

/** A list of tasks as a graph of agent steps, made while the run goes on; what they changed is merged into one commit. */
export function tasksKind(world: StepWorld, kindsOf: Kinds): StepKind {
  return {
    async attempt(task, io) {
      const site = { world, kindsOf, task, io, step: task.step as TasksStep }
      const list = await listOf(site)
      if (!list.ok) return list.error
      const { tasks, again } = list.value
      io.activity(`performing ${tasks.length} tasks`)
      const run = await nest(site, taskPipeline(world.pipeline, site.step, tasks, again ? [again] : []))
      return endOf(site, run, tasks)
    },
  }
}

interface Site {
  readonly world: StepWorld
  readonly kindsOf: Kinds
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: TasksStep
}

async function nest({ world, kindsOf, task, io }: Site, pipeline: StepWorld['pipeline']): Promise<Run> {
  const inner = { ...world, pipeline }
  const { inputs, steps } = task.scope.contexts
  return io.nest({
    pipeline, inputs: (inputs ?? {}) as JsonObject, outerSteps: (steps ?? {}) as JsonObject, kinds: kindsOf(inner), expressions: world.expressions, sharesAgents: true,
  })
}

interface List {
  readonly tasks: readonly TaskSpec[]
  /** The step in which the planner was asked again, where it was. */
  readonly again: AgentStep | undefined
}

/** The tasks to work on. What is wrong with them goes back to whoever planned them, once. */
async function listOf(site: Site): Promise<Result<List, AttemptResult>> {
  const { world, step, task, io } = site
  const given = typeof step.tasks === 'string' ? world.expressions?.render(step.tasks, task.scope) : ok(step.tasks)
  if (!given) throw new Error('the expressions of this pipeline are not loaded')
  if (!given.ok) return err(failed({ code: 'expression-failed', message: `the tasks cannot be evaluated: ${given.error}` }))
  const first = read(site, given.value)
  if (first.mistakes.length === 0) return ok({ tasks: first.tasks, again: undefined })
  const planner = plannerOf(world.pipeline, step)
  if (!planner) return err(failed(invalid(first.mistakes, 'no agent of this pipeline planned them')))
  const again = replanStep(world, task, planner, { list: given.value, mistakes: first.mistakes })
  io.activity('asking the planner again')
  const before = task.nested?.nodes.get(REPLAN_ID)
  const run = before?.status === 'passed' ? undefined : await nest(site, asNested(world.pipeline, step, [again]))
  const asked = run ? run.nodes.get(REPLAN_ID) : before
  if (run && run.status !== 'passed') return err(endOfNested(run, task, io))
  const second = read(site, valueAt(asked, planner.output))
  return second.mistakes.length === 0 ? ok({ tasks: second.tasks, again }) : err(failed(invalid(second.mistakes, 'asked again, the planner made mistakes, too')))
}

function valueAt(node: NodeState | undefined, output: string): Json {
  return node?.outputs[output] ?? null
}

function read({ world, step }: Site, value: Json): ReturnType<typeof readTasks> {
  const offers = step.assign === AUTO ? [...world.pipeline.agents.values()].map(({ capabilities }) => capabilities) : undefined
  return readTasks(value, { most: step.maxTasks, offers })
}

function invalid(mistakes: readonly TaskMistake[], why: string): Failure {
  return { code: 'tasks-invalid', message: `the tasks cannot be worked on (${why}): ${mistakes.map(({ message }) => message).join('; ')}` }
}

/** What became of the tasks. What passed is merged and kept also where others failed. */
function endOf({ task, io }: Site, run: Run, tasks: readonly TaskSpec[]): AttemptResult {
  const ended = endOfNested(run, task, io)
  const told = tasks.map(({ id, title }) => {
    const node = run.nodes.get(id)
    return { id, title, status: node?.status ?? 'pending', agent: node?.agent ?? null, commit: node?.commit ?? null, text: node?.outputs.text ?? null }
  })
  const merge = run.nodes.get(MERGE_ID)
  const outputs = { tasks: told }
  const isKept = merge?.status === 'passed' && merge.commit !== null
  const common = { outputs, commit: isKept ? merge.commit : null, filesChanged: isKept ? merge.filesChanged : [] }
  if (ended.status !== 'failed' || run.stopping) return { ...ended, ...common }
  const lost = told.filter(({ status }) => status !== 'passed')
  if (lost.length === 0) return { ...ended, outputs }
  return { ...common, status: 'failed', failure: tasksFailed(task, run, lost.map(({ id }) => id), tasks.length, common.commit) }
}

function tasksFailed(task: AttemptTask, run: Run, lost: readonly string[], all: number, commit: string | null): Failure {
  const words = lost.map((id) => {
    const node = run.nodes.get(id)
    const why = node?.failure ? node.failure.message : node?.skipped?.kind === 'blocked' ? `it needs \`${node.skipped.need}\`` : 'it did not run'
    return `\`${task.node}/${id}\` (${why})`
  })
  const retryable = lost.some((id) => { const failure = run.nodes.get(id)?.failure; return failure != null && isRetryable(failure) })
  const kept = commit === null ? 'nothing was merged' : `what the others changed is merged in ${commit.slice(0, 12)}`
  return { code: 'tasks-failed', message: `${lost.length} of ${all} tasks failed: ${words.join(', ')}; ${kept}`, tasks: lost.map((id) => `${task.node}/${id}`), commit, retryable }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
