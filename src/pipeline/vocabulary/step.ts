import * as Type from 'typebox'
import { FILLED, INSIDE_PATH, LIST_EXPRESSION, MATRIX_EXPRESSION, NAME, OWN_PATH, STEP_ID, TASKS_EXPRESSION } from '../patterns.ts'
import { CONFLICT_POLICIES, foreignKeys, MOST_RACERS, MOST_TASKS, PICKS, RETRYABLE, STEP_KINDS } from '../words.ts'
import { deliver } from './deliver.ts'
import { count, duration, env, flag, money, named, oneOrMany, record, text, texts, when, words } from './values.ts'

export type MatrixText = string | {
  readonly include?: readonly Readonly<Record<string, unknown>>[]
  readonly exclude?: readonly Readonly<Record<string, unknown>>[]
  readonly [dimension: string]: string | readonly unknown[] | undefined
}

type CacheText = boolean | { readonly key?: string; readonly paths?: readonly string[] }

const cells = (description: string): object => ({
  type: 'array', items: { type: 'object', propertyNames: { pattern: NAME } }, description, examples: [[{ node: 22, os: 'linux' }]],
})

const matrix = Type.Unsafe<MatrixText>({
  title: 'matrix',
  type: ['object', 'string'],
  pattern: MATRIX_EXPRESSION,
  properties: {
    include: cells('Cells to add, or values to add to the cells they fit.'),
    exclude: cells('Combinations to leave out.'),
  },
  propertyNames: { pattern: NAME },
  additionalProperties: { type: ['array', 'string'], pattern: LIST_EXPRESSION, minItems: 1 },
  minProperties: 1,
  description: 'Runs the step once for each combination of these lists; a list, or the whole matrix, may be one expression.',
  examples: [{ node: [20, 22], os: ['linux'] }, '${{ fromJSON(steps.plan.outputs.matrix) }}'],
})

export const retry = record(
  'retry',
  {
    attempts: Type.Optional(count(1, 1000, {
      description: 'Attempts in all, the first one counted. Default: 1.',
      examples: [3],
      default: 1,
    })),
    backoff: Type.Optional(duration({
      description: 'The pause before the second attempt; it doubles from then on. Default: 1s.',
      examples: ['1s'],
      default: '1s',
    })),
    max_delay: Type.Optional(duration({ description: 'The longest pause. Default: 5m.', examples: ['5m'], default: '5m' })),
    on: Type.Optional(Type.Unsafe<readonly string[]>({
      type: 'array', items: { type: 'string', enum: [...RETRYABLE] }, minItems: 1,
      description: 'Codes of the failures to try again. Default: all that can be.', examples: [['timeout', 'exit-code']],
    })),
  },
  { description: 'Whether and how a failed attempt is repeated.', examples: [{ attempts: 3, backoff: '1s' }] },
)

const outputs = Type.Unsafe<readonly string[] | Readonly<Record<string, Readonly<Record<string, unknown>>>>>({
  type: ['array', 'object'],
  items: { type: 'string', pattern: NAME },
  propertyNames: { pattern: NAME },
  additionalProperties: { type: 'object' },
  description:
    'What the step hands on. `agent`: a JSON Schema for each output. `run`: the names that the script must write to ' +
    '`$ORCH_OUTPUT`, or a schema for each.',
  examples: [{ approach: { type: 'string' }, files: { type: 'array', items: { type: 'string' } } }, ['version']],
})

const tasks = Type.Unsafe<string | readonly unknown[]>({
  type: ['array', 'string'], pattern: TASKS_EXPRESSION, minItems: 1,
  description:
    'A list of tasks, usually an output of a planning agent. Each `{id, title, prompt, needs, capabilities, files, priority, risk}`, of which ' +
    '`id` and `prompt` must be there, is done by an agent; then all changes are merged into one commit.',
  examples: ['${{ steps.plan.outputs.tasks }}', [{ id: 'api', prompt: 'Add the endpoint.' }, { id: 'docs', prompt: 'Describe it.', needs: ['api'] }]],
})

/** `true`, `false`, or a mapping. */
const cache = Type.Unsafe<CacheText>({
  title: 'cache',
  type: ['boolean', 'object'],
  properties: {
    key: text(FILLED, {
      description: 'A word of yours: results that were made under another one are not taken.', examples: ['v2'],
    }),
    paths: texts(INSIDE_PATH, {
      description: 'Globs of what the step writes in the checkout and others need: they are kept, and written again where they are missing.',
      examples: [['dist/**']],
    }),
  },
  additionalProperties: false,
  description:
    'Whether the result of an equal step of an earlier run is taken over: one with the same definition, inputs, results of what it needs, ' +
    'and files where it works. Default: `false`.',
  examples: [true, { paths: ['dist/**'] }], default: false,
})

/** A name, or a list of names. */
const agent = Type.Unsafe<string | readonly string[]>({
  title: 'contestants',
  type: ['string', 'array'], pattern: NAME, items: { type: 'string', pattern: NAME }, minItems: 2, maxItems: MOST_RACERS,
  description:
    'The agent that works, in a worktree of its own. `auto`: the best free one that has all `capabilities`. A list of 2 to 10 is a race: all do the ' +
    'same task, the same agent also several times, and `pick` says whose work is taken.',
  examples: ['developer', 'auto', ['fast', 'careful']],
})

const kindKeys = {
  run: Type.Optional(text(FILLED, {
    description: 'A shell script. Expressions reach it as variables, never as source.',
    examples: ['npm test'],
  })),
  shell: Type.Optional(text(FILLED, {
    description: 'What runs the script. Default: `bash -euo pipefail`.',
    examples: ['bash -euo pipefail', 'python3'],
    default: 'bash -euo pipefail',
  })),
  agent: Type.Optional(agent),
  pick: Type.Optional(words(PICKS, {
    description:
      'With a list of agents: which one’s work is taken, of those that pass. `first_passing`: the first; the others are stopped. `cheapest`: the one that ' +
      'cost least. `smallest_diff`: the one with the fewest lines added and removed. `judge`: the one that the agent `judge` chooses. Default: `first_passing`.',
    examples: ['smallest_diff'], default: 'first_passing',
  })),
  judge: Type.Optional(text(NAME, { description: 'With `pick: judge`: the agent that chooses. It may only read.', examples: ['reviewer'] })),
  capabilities: Type.Optional(texts(FILLED, {
    minItems: 1, description: 'With `agent: auto`: what the agent must be capable of.', examples: [['code_generation']],
  })),
  prompt: Type.Optional(text(FILLED, { description: 'The task of the agent.', examples: ['Fix ${{ inputs.task }}'] })),
  prompt_file: Type.Optional(text(OWN_PATH, {
    description: 'A file that holds the task, relative to the pipeline.',
    examples: ['./prompts/fix.md'],
  })),
  verify: Type.Optional(oneOrMany(NAME, {
    description: 'Checks of the agent’s work, in its worktree, when it says that it is done; of a `merge`, those of the merged tree; of `tasks`, both.',
    examples: [['types', 'lint', 'tests']],
  })),
  repair: Type.Optional(count(0, 100, {
    description: 'How often a failed check goes back to the agent, or to the `resolver` of what is merged. Default: 0.',
    examples: [3],
    default: 0,
  })),
  cache: Type.Optional(cache),
  check: Type.Optional(oneOrMany(NAME, {
    minItems: 1,
    description: 'Checks to make on the workspace of what the step needs.',
    examples: [['lint', 'tests']],
  })),
  merge: Type.Optional(oneOrMany(FILLED, {
    minItems: 1,
    description: 'Steps whose changes are brought together in this order, as one commit. They are needed without being named in `needs`.',
    examples: [['implement', 'docs']],
  })),
  tasks: Type.Optional(tasks),
  max_tasks: Type.Optional(count(1, 1000, {
    description: `The most tasks that the list may have. Default: ${MOST_TASKS}.`, examples: [12], default: MOST_TASKS,
  })),
  assign: Type.Optional(text(NAME, {
    description: 'The agent of all tasks. `auto`: for each the best free one that has its `capabilities`. Default: `auto`.',
    examples: ['developer', 'auto'], default: 'auto',
  })),
  on_conflict: Type.Optional(words(CONFLICT_POLICIES, {
    description:
      'What becomes of changes that contradict each other. `fail`: the step fails. `ours`: what came earlier in the order stands. ' +
      '`theirs`: what came later. `agent`: the `resolver` decides. Default: that of `workspace`.',
    examples: ['agent'], default: 'fail',
  })),
  resolver: Type.Optional(text(NAME, {
    description: 'The agent that resolves contradictions, and repairs what a check finds in the merged tree. Default: that of `workspace`.',
    examples: ['developer'],
  })),
  approve: Type.Optional(text(FILLED, {
    description: 'A question to a person. The run stops with exit code 6 and goes on with `resume` once `orch-run approve` has answered it.',
    examples: ['Ship ${{ steps.fix.commit }}?'],
  })),
  pipeline: Type.Optional(text(OWN_PATH, {
    description: 'Another pipeline file, relative to this one, as one step. Its `outputs` are those of the step.',
    examples: ['./build.yml'],
  })),
  deliver: Type.Optional(deliver),
  with: Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object', propertyNames: { pattern: NAME },
    description: 'Values for the inputs of that pipeline.', examples: [{ task: '${{ inputs.task }}', strict: true }],
  })),
}

const commonKeys = {
  name: Type.Optional(text(FILLED, { description: 'For people. Default: its id.', examples: ['Build on ${{ matrix.os }}'] })),
  needs: Type.Optional(oneOrMany(FILLED, {
    description: 'Steps that must have ended well before, and whose changes this one sees.',
    examples: ['build', ['build', 'test']],
  })),
  if: Type.Optional(Type.Unsafe<string | boolean>({
    type: ['string', 'boolean'], pattern: FILLED,
    description: 'When the step runs. Without a status function it means `success() && (…)`. Default: `success()`.',
    examples: ["${{ inputs.risk == 'high' }}", 'failure()'],
  })),
  matrix: Type.Optional(matrix),
  env: Type.Optional(env({ description: 'Variables for the commands of this step.' })),
  timeout: Type.Optional(duration({ description: 'The longest that one attempt may take.', examples: ['10m'] })),
  retry: Type.Optional(retry),
  continue_on_error: Type.Optional(flag({
    description: 'Whether the run goes on as if the step had passed when it fails. Default: `false`.',
    examples: [true],
    default: false,
  })),
  outputs: Type.Optional(outputs),
  artifacts: Type.Optional(texts(INSIDE_PATH, {
    description:
      'Globs of files in the workspace that are kept with the run when an attempt has ended, well or badly. `*` and `?` stand for ' +
      'parts of a name, `**` for folders, `{a,b}` for either. Links are not followed.',
    examples: [['dist/*.tgz', 'coverage/**']],
  })),
  files: Type.Optional(texts(INSIDE_PATH, {
    description:
      'Globs of the files that the step will write. Two steps that could write the same file never run at the same time, and neither ' +
      'do the cells of one matrix.',
    examples: [['src/**', 'package.json']],
  })),
  priority: Type.Optional(count(0, 1_000_000_000, {
    description: 'Of the steps that could start, those with the higher priority start first. Default: 0.', examples: [10], default: 0,
  })),
  risk: Type.Optional(words(['low', 'high'], {
    description: 'A step of high risk waits for approval before it starts, unless `autonomy` is `full`. Default: `low`.',
    examples: ['high'], default: 'low',
  })),
  budget_usd: Type.Optional(money({
    description: 'What the model calls of this step may cost in one run, all its cells and attempts together, in US dollars. Hard.',
    examples: [1.5],
  })),
  workspace: Type.Optional(words(['inherit', 'worktree', 'checkout', 'none'], {
    description:
      '`inherit`: a worktree where something it needs has changed files, else the checkout. `worktree`, `checkout`: always ' +
      'that. `none`: an empty folder. Default: `inherit`.',
    examples: ['worktree'], default: 'inherit',
  })),
}

const PROMPTS = [{ required: ['prompt'] }, { required: ['prompt_file'] }]
const AGENT_FORMS = { outputs: { type: 'object' }, workspace: { enum: ['inherit', 'worktree'] } }
const KINDS = STEP_KINDS.map((kind) => ({ required: [kind] }))

const noneOf = (keys: readonly string[]): Readonly<Record<string, false>> => Object.fromEntries(keys.map((key) => [key, false as const]))

export const step = record(
  'step',
  { ...commonKeys, ...kindKeys },
  {
    allOf: [
      ...STEP_KINDS.map((kind) =>
        when({ required: [kind] }, { properties: noneOf(foreignKeys(kind)) })),
      when({ required: ['agent'] }, { anyOf: PROMPTS, properties: AGENT_FORMS }),
      when({ required: ['merge'] }, { properties: { workspace: AGENT_FORMS.workspace } }),
      when({ required: ['prompt'] }, { properties: { prompt_file: false } }),
    ],
  },
)

const eachStep = (rule: object): object =>
  ({ properties: { steps: { type: 'object', additionalProperties: { type: 'object', ...rule } } } })

/** Each step says its kind; where `defaults` names an agent, a prompt alone says it, too. */
export const kindRules = when(
  { properties: { defaults: { type: 'object', required: ['agent'] } }, required: ['defaults'] },
  eachStep({ anyOf: [...KINDS, ...PROMPTS], ...when({ not: { anyOf: KINDS } }, { properties: { ...AGENT_FORMS, ...noneOf(foreignKeys('agent')) } }) }),
  eachStep({ anyOf: KINDS }),
)

export const steps = named(STEP_ID, step, {
  minProperties: 1,
  description: 'What the pipeline does: steps by id. Exactly one of `run`, `agent`, `check`, `merge`, `tasks`, `approve`, `pipeline` and `deliver` says the kind of a step.',
  examples: [{ hello: { run: 'echo hello' } }],
})
