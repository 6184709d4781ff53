import type { Json } from '../base/json.ts'
import type { AgentStep, Pipeline, TasksStep } from '../pipeline/pipeline.ts'
import type { TaskMistake } from '../pipeline/task-list.ts'
import type { AttemptTask } from '../run/contract.ts'
import { renderText } from './environment.ts'
import { common, REPLAN_ID } from './task-graph.ts'
import type { StepWorld } from './world.ts'

/** The agent step that made a list of tasks, and the output that holds it. */
export interface Planner {
  readonly step: AgentStep
  readonly output: string
}

/** Whoever planned the tasks: where their expression is one output of one agent step. */
export function plannerOf(pipeline: Pipeline, { tasks }: Pick<TasksStep, 'tasks'>): Planner | undefined {
  const [, id = '', output = ''] = (typeof tasks === 'string' && /^\s*\$\{\{\s*steps\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}\s*$/.exec(tasks)) || []
  const step = pipeline.steps.get(id)
  return step?.kind === 'agent' ? { step, output } : undefined
}

/** The longest list that is shown to the planner again. */
const MOST_CHARACTERS = 50_000

/**
 * The planner asked once more, anew: its conversation is over, and may have been held in another process. It gets its task as
 * before, its list, and what is wrong with it.
 */
export function replanStep(world: StepWorld, task: AttemptTask, { step, output }: Planner, told: { readonly list: Json; readonly mistakes: readonly TaskMistake[] }): AgentStep {
  const before = renderText(world, task, step.prompt ?? '')
  const prompt = [
    before.ok ? before.value : (step.prompt ?? ''),
    '# Your former answer',
    `You gave this list of tasks as \`${output}\`:`,
    JSON.stringify(told.list, null, 2).slice(0, MOST_CHARACTERS),
    `It cannot be worked on:\n${told.mistakes.map(({ message }) => `- ${message}`).join('\n')}`,
    'Give the whole list again, without these mistakes. Each task has `id`, `title`, `prompt`, and where it is of use `needs`, `capabilities`, `files`, `priority` and `risk`.',
  ].join('\n\n')
  const { agent, capabilities, outputs, retry } = step
  const shape = outputs ?? { [output]: { type: 'array' } }
  return { ...common(undefined, REPLAN_ID), kind: 'agent', agent, capabilities, prompt, isVerbatim: true, race: undefined, promptFile: undefined, outputs: shape, verify: [], repair: 0, retry, env: step.env }
}
