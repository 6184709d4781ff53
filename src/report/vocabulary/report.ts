import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'

/** What a report says, declared once: its JSON Schema and its type. Additions are allowed, renames are not. */
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const time = (description: string) => Type.String({ format: 'date-time', description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const usd = (description: string) => Type.Number({ minimum: 0, description })
const milliseconds = () => count('Milliseconds')
const anyObject = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description })

const Status = Type.Union(
  [
    Type.Literal('passed'), Type.Literal('failed'), Type.Literal('skipped'), Type.Literal('cancelled'), Type.Literal('waiting'),
    Type.Literal('pending'),
  ],
  { description: 'What became of it; a reused step is `passed` and `cached`' },
)

const Isolation = (description: string) => orNull(Type.Union([Type.Literal('sandbox'), Type.Literal('namespace'), Type.Literal('process')], { description }))

const FailureSchema = Type.Object({
  code: Type.String({ description: 'A stable word for how it failed' }),
  message: Type.String({ description: 'One sentence for people' }),
})

const ProblemSchema = Type.Object({
  file: orNull(Type.String({ description: 'Relative to the top of the repository' })),
  line: orNull(Type.Integer({ minimum: 1 })),
  column: orNull(Type.Integer({ minimum: 1 })),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  message: Type.String(),
  rule: orNull(Type.String()),
})

const CheckSchema = Type.Object({
  name: Type.String(),
  kind: Type.String({ description: '`syntax`, `types`, `lint`, `tests` or `custom`' }),
  status: Type.Union([Type.Literal('passed'), Type.Literal('failed')]),
  gate: Type.Union([Type.Literal('block'), Type.Literal('warn')], { description: 'Whether its failing fails the step' }),
  duration_ms: milliseconds(),
  exit_code: orNull(Type.Integer()),
  message: orNull(Type.String({ description: 'Why it failed' })),
  problems: Type.Array(ProblemSchema),
})

const AttemptSchema = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  agent: orNull(Type.String({ description: 'Who made it; null where no agent works' })),
  status: Status,
  duration_ms: milliseconds(),
  failure: orNull(FailureSchema),
})

const ReusedSchema = Type.Object(
  {
    source: Type.Union([Type.Literal('cache'), Type.Literal('run')]),
    run: Type.String({ description: 'The run that performed it' }),
  },
  { description: 'Where its result was taken from' },
)

const ApprovalSchema = Type.Object(
  {
    reason: Type.Union([Type.Literal('step'), Type.Literal('risk'), Type.Literal('delivery'), Type.Literal('change')], {
      description: 'Why a person is asked: an `approve` step, a step of high risk, one that delivers, or an agent’s change',
    }),
    question: orNull(Type.String()),
    answer: orNull(Type.Union([Type.Literal('approved'), Type.Literal('rejected'), Type.Literal('expired')])),
    by: orNull(Type.String({ description: 'Who answered' })),
    comment: orNull(Type.String({ description: 'Why' })),
    at: orNull(time('When it was answered')),
    expires_at: orNull(time('When the question can no longer be answered')),
  },
  { description: 'What a person was asked, and the answer' },
)

const RangeSchema = Type.Object({ start: count('The first line, from 1; of no lines, the one before'), count: count('How many lines') })

const MergeSchema = Type.Object({
  sides: Type.Array(Type.Object({ node: Type.String(), commit: Type.String() }), { description: 'In the order in which they were merged' }),
  policy: Type.String({ description: '`fail`, `ours`, `theirs` or `agent`' }),
  outcome: Type.String({ description: '`clean`, `decided` by the policy, `resolved` by an agent, or `failed`' }),
  resolver: orNull(Type.String({ description: 'The agent that resolved, or tried to' })),
  commit: orNull(Type.String()),
  conflicts: Type.Array(Type.Object({
    path: Type.String(),
    kind: Type.String(),
    severity: Type.Union([Type.Literal('low'), Type.Literal('medium'), Type.Literal('high')]),
    ours: Type.String({ description: 'The steps that came earlier' }),
    theirs: Type.String({ description: 'The step that came later' }),
    hunks: Type.Array(Type.Object({ base: RangeSchema, ours: RangeSchema, theirs: RangeSchema })),
  }), { description: 'At most 100 of them' }),
})

const RaceSchema = Type.Object({
  pick: orNull(Type.String({ description: '`first_passing`, `cheapest`, `smallest_diff` or `judge`; null before it was decided' })),
  chosen: orNull(Type.Integer({ minimum: 1, description: 'Whose work was taken; null where nobody’s was' })),
  because: orNull(Type.String({ description: 'Why' })),
  judge: orNull(Type.String({ description: 'The agent that was asked' })),
  judge_cost_usd: usd('What its calls were charged'),
  contestants: Type.Array(Type.Object({
    index: Type.Integer({ minimum: 1, description: 'Its place in the list of the pipeline' }),
    agent: Type.String(),
    model: orNull(Type.String({ description: 'Provider and model' })),
    status: Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('stopped')]),
    because: orNull(Type.String({ description: '`chosen`, or why it was not' })),
    commit: orNull(Type.String({ description: 'Its changes, where it passed; kept like that of the step' })),
    files_changed: Type.Array(Type.String()),
    lines: count('Added and removed'),
    cost_usd: usd('What its calls were charged'),
    duration_ms: milliseconds(),
    checks: Type.Array(CheckSchema, { description: 'The last verdict of each check' }),
    failure: orNull(FailureSchema),
  })),
}, { description: 'Several agents did the same; of its last attempt' })

const StepSchema = Type.Object({
  id: Type.String({ description: 'The node: `test(node=20,os=linux)` of a matrix, else the step' }),
  step: Type.String({ description: 'The key of the step in the pipeline' }),
  kind: Type.String({ description: '`run`, `agent`, `check`, `merge`, `approve`, `pipeline` or `deliver`' }),
  status: Status,
  needs: Type.Array(Type.String()),
  matrix: orNull(anyObject('Its cell of the matrix')),
  cached: Type.Boolean({ description: 'Kept from before a resume, or taken over from an equal step' }),
  reused: orNull(ReusedSchema),
  approval: orNull(ApprovalSchema),
  started_at: orNull(time('When its first attempt began')),
  finished_at: orNull(time('When its last attempt ended')),
  duration_ms: milliseconds(),
  exit_code: orNull(Type.Integer()),
  outputs: anyObject('What the step handed on'),
  commit: orNull(Type.String({ description: 'The commit that holds its changes' })),
  files_changed: Type.Array(Type.String()),
  cost_usd: usd('What its model calls were charged'),
  agent: orNull(Type.String({ description: 'Who did it last; `auto` before one is chosen' })),
  model: orNull(Type.String({ description: 'Provider and model' })),
  isolation: Isolation('How well the commands of its agent were locked in; null where it has none'),
  program: orNull(Type.Object({
    name: Type.String({ description: 'The executor: `claude-code`, `codex` or `gemini`' }),
    version: orNull(Type.String({ description: 'As it says itself' })),
    sha256: Type.String({ description: 'Of the file that was started, links followed' }),
  }, { description: 'The program that worked as the agent in the last attempt' })),
  attempts: Type.Array(AttemptSchema),
  artifacts: Type.Array(
    Type.Object({
      attempt: Type.Integer({ minimum: 1 }),
      path: Type.String({ description: 'Relative to where the step worked; the file lies there below `steps/NODE/ATTEMPT/artifacts` of the run' }),
      bytes: count('Its size'),
    }),
    { description: 'Files that were kept, of all attempts' },
  ),
  checks: Type.Array(CheckSchema, { description: 'The last verdict of each check in its last attempt' }),
  failure: orNull(FailureSchema),
  race: Type.Optional(RaceSchema),
  merge: Type.Optional(MergeSchema),
})

const RouteSchema = Type.Object({
  step: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
  at: time('When it was decided'),
  route: orNull(Type.String()),
  chosen: orNull(Type.String()),
  reason: Type.String(),
  excluded: Type.Array(Type.Object({ model: Type.String(), because: Type.String() })),
  outcome: Type.String(),
})

const AssignmentSchema = Type.Object({
  step: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
  at: time('When it was decided'),
  agent: Type.String({ description: 'Who was chosen' }),
  reason: Type.String({ description: '`best`: of the capable and free ones; `backup`: another one failed; `again`: it tries once more' }),
  candidates: Type.Array(Type.Object({
    agent: Type.String(),
    because: Type.String({ description: '`chosen`, or why it was not' }),
    priority: count('By the pipeline'),
    load: count('How many nodes it did at that time'),
    max_load: orNull(count('How many it does at once')),
  })),
})

const AgentSchema = Type.Object({
  steps: count('Nodes that it worked on'),
  attempts: count('Attempts that it made'),
  failures: count('Those of them that failed'),
  turns: count('Answers of its model, or runs of its program'),
  calls: count('Model calls, retries too'),
  cost_usd: usd('What they were charged'),
  tools: Type.Record(Type.String(), Type.Object({
    calls: count('How often it was used'), errors: count('How often it could not do what was asked'), duration_ms: milliseconds(),
  })),
})

const ExceptionSchema = Type.Object({
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  step: orNull(Type.String({ description: 'The node, or the step; null: the run as a whole' })),
  code: Type.String(),
  message: Type.String(),
  tried: Type.Array(Type.String(), { description: 'Of a step that failed: each of its attempts, who made it and how it ended' }),
  next: orNull(Type.String({ description: 'A command that a person could give next' })),
})

const RunSchema = Type.Object({
  id: Type.String(),
  pipeline: Type.String({ description: 'Name of the pipeline' }),
  file: Type.String(),
  status: Status,
  exit_code: orNull(Type.Integer({ description: 'Null while the run has not ended' })),
  started_at: time('When the run began'),
  finished_at: orNull(time('When it ended')),
  duration_ms: milliseconds(),
  resumes: count('How often it was resumed'),
  again: Type.Array(Type.Object({ step: Type.String(), reason: Type.String() }), { description: 'What the last resume began anew, and why; all else was kept' }),
  resume_after: orNull(time('Where a quota or the budget of a day stopped it: when that comes back')),
  isolation: Isolation('The weakest of its steps; null where no agent has worked'),
  inputs: anyObject('Its inputs, secrets masked'),
  outputs: anyObject('What the run handed on'),
})

const DeliverySchema = Type.Object({
  step: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
  at: time('When it was done'),
  kind: Type.String({ description: '`patch`, `branch`, `pull_request` or `comment`' }),
  target: Type.String({ description: 'The path, the name of the branch, or what was commented on' }),
  commit: orNull(Type.String({ description: 'What was delivered' })),
  already: Type.Boolean({ description: 'It was there already, from an attempt that was interrupted' }),
  url: orNull(Type.String({ description: 'Where it can be seen' })),
})

const ModelSchema = Type.Object({
  model: Type.String({ description: 'Provider and model' }),
  cost_usd: usd('What its calls were charged; one whose end was lost counts with what was reserved for it'),
  requests: count('Calls'),
  input_tokens: count('Tokens sent, cached ones included'),
  output_tokens: count('Tokens received'),
  cached_tokens: count('Tokens read from a cache of the provider'),
})

export const ReportSchema = Type.Object({
  version: Type.Literal(1),
  run: RunSchema,
  git: Type.Object({
    base: orNull(Type.String({ description: 'The commit that worktrees began from; null outside a repository' })),
    head: orNull(Type.String({ description: 'The commit of the last passed step that made one' })),
    dirty: Type.Boolean({ description: 'Whether the checkout had changes that the run did not see' }),
  }),
  totals: Type.Object({
    cost_usd: usd('All model calls; one whose end was lost counts with what was reserved for it'),
    input_tokens: count('Tokens sent, cached ones included'),
    output_tokens: count('Tokens received'),
    cached_tokens: count('Tokens read from a cache of the provider'),
    requests: count('Model calls'),
    retries: count('Those of them that repeat one that failed'),
    fallbacks: count('Times another model answered than the first of its route'),
  }),
  budget: Type.Object({
    limit_usd: orNull(usd('Null: no budget was set')),
    spent_usd: usd('Charged'),
    reserved_usd: usd('Held for calls without an end'),
  }),
  models: Type.Array(ModelSchema, { description: 'The same by model, the dearest first' }),
  agents: Type.Record(Type.String(), AgentSchema, { description: 'What each agent did; those of a called pipeline as `NODE/AGENT`' }),
  steps: Type.Array(StepSchema, { description: 'In the order of the pipeline' }),
  routes: Type.Array(RouteSchema),
  assignments: Type.Array(AssignmentSchema, { description: 'Who was chosen where no agent is simply named, or another took over' }),
  exceptions: Type.Array(ExceptionSchema, { description: 'What waits for a person' }),
  deliveries: Type.Array(DeliverySchema, { description: 'What was handed on' }),
})

export type Report = Static<typeof ReportSchema>
export type ReportStep = Static<typeof StepSchema>
export type ReportCheck = Static<typeof CheckSchema>
export type ReportProblem = Static<typeof ProblemSchema>
export type ReportModel = Static<typeof ModelSchema>
export type ReportException = Static<typeof ExceptionSchema>
export type ReportTotals = Report['totals']

/** The JSON Schema of `report.json`, for `schemas/report.schema.json`. */
export function reportSchema(): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'urn:orch-run:report:1', title: 'orch-run report', ...ReportSchema }
}
