import type { Json, JsonObject } from '../base/json.ts'
import type { AgentStep, TasksStep } from '../pipeline/pipeline.ts'
import type { TaskMistake, TaskSpec, TaskTerms } from '../pipeline/task-list.ts'
import { AUTO } from '../pipeline/words.ts'
import type { AttemptIo, AttemptTask, StepKind } from '../run/contract.ts'
import type { NodeState, Run } from '../run/run.ts'
import type { StepWorld } from './world.ts'

/** An attempt of a `tasks` step, and what it may use. */
export interface TasksSite {
  readonly world: StepWorld
  kindsOf(this: void, world: StepWorld): Readonly<Record<string, StepKind>>
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: TasksStep
}

/** Tasks that can be worked on. */
export interface Tasks {
  readonly specs: readonly TaskSpec[]
  /** The list that they were read from. */
  readonly items: readonly Json[]
  /** The step in which the planner was asked again for it, where it was. */
  readonly again: AgentStep | undefined
}

/** Performs a pipeline of tasks, or goes on with what was done of one. */
export async function nest({ world, kindsOf, task, io }: TasksSite, pipeline: StepWorld['pipeline']): Promise<Run> {
  const inner = { ...world, pipeline }
  const { inputs, steps } = task.scope.contexts
  return io.nest({
    pipeline, inputs: (inputs ?? {}) as JsonObject, outerSteps: (steps ?? {}) as JsonObject, kinds: kindsOf(inner), expressions: world.expressions, sharesAgents: true,
  })
}

export function termsOf({ world, step }: TasksSite): TaskTerms {
  return { most: step.maxTasks, offers: step.assign === AUTO ? [...world.pipeline.agents.values()].map(({ capabilities }) => capabilities) : undefined }
}

/** An output of a node; null where it has none. */
export function valueAt(node: NodeState | undefined, output: string): Json {
  return node?.outputs[output] ?? null
}

export function sentence(mistakes: readonly TaskMistake[]): string {
  return mistakes.map(({ message }) => message).join('; ')
}
