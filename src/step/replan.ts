import type { Json } from '../base/json.ts'
import type { AgentStep, Pipeline, TasksStep } from '../pipeline/pipeline.ts'
import type { TaskMistake } from '../pipeline/task-list.ts'
import type { AttemptTask } from '../run/contract.ts'
import { renderText } from './environment.ts'
import { common, REPLACE_ID, REPLAN_ID } from './task-graph.ts'
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

const FIELDS = 'Each task has `id`, `title`, `prompt`, and where it is of use `needs`, `capabilities`, `files`, `priority` and `risk`.'

/** Who asks for what again. */
interface Asking {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly planner: Planner
  /** What the planner gave. */
  readonly list: Json
}

/** Asks for the whole list again, without what is wrong with it. */
export function replanStep(asking: Asking, mistakes: readonly TaskMistake[]): AgentStep {
  const wrong = `It cannot be worked on:\n${mistakes.map(({ message }) => `- ${message}`).join('\n')}`
  return askAgain(REPLAN_ID, asking, [wrong, `Give the whole list again, without these mistakes. ${FIELDS}`])
}

/** What became of a task, in words. */
export interface Became {
  readonly id: string
  readonly words: string
}

/** Asks for other tasks in place of those that failed. `room`: how many there may be at most. */
export function replaceStep(asking: Asking, became: readonly Became[], room: number): AgentStep {
  const told = `This is what became of the tasks:\n${became.map(({ id, words }) => `- \`${id}\`: ${words}`).join('\n')}`
  const wanted = `Give a list of at most ${room} other tasks, with new ids, which together reach what is missing now. What passed is kept: do not give it again; the new tasks may need it. ${FIELDS}`
  return askAgain(REPLACE_ID, asking, [told, wanted])
}

/**
 * The planner asked once more, anew: its conversation is over, and may have been held in another process. It gets its task as
 * before, its list, and what there is to say of that.
 */
function askAgain(id: string, { world, task, planner: { step, output }, list }: Asking, words: readonly string[]): AgentStep {
  const before = renderText(world, task, step.prompt ?? '')
  const prompt = [
    before.ok ? before.value : (step.prompt ?? ''),
    '# Your former answer',
    `You gave this list of tasks as \`${output}\`:`,
    JSON.stringify(list, null, 2).slice(0, MOST_CHARACTERS),
    ...words,
  ].join('\n\n')
  const { agent, capabilities, outputs, retry } = step
  const shape = outputs ?? { [output]: { type: 'array' } }
  return { ...common(undefined, id), kind: 'agent', agent, capabilities, prompt, isVerbatim: true, race: undefined, promptFile: undefined, outputs: shape, verify: [], repair: 0, retry, env: step.env }
}
