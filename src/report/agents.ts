import { picoToUsd } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import type { AgentWork } from '../run/team.ts'
import type { AttemptState, Run } from '../run/run.ts'
import { isoTime } from './steps.ts'
import type { Report } from './vocabulary/report.ts'

/** What each agent did in a run; those of a called pipeline are named `NODE/AGENT`. */
export function reportAgents(run: Run): Report['agents'] {
  const tallies = new Map<string, Tally>()
  for (const { run: one, space } of sharedRuns(run, '')) addRun(tallies, one, space)
  return Object.fromEntries([...tallies].map(([name, { cost, tools, ...counts }]) =>
    [name, { ...counts, cost_usd: picoToUsd(cost), tools: Object.fromEntries(tools) }]))
}

/** Who was chosen for what, of those runs too. */
export function reportAssignments(run: Run): Report['assignments'] {
  return sharedRuns(run, '').flatMap(({ run: one, prefix }) => one.choices.map(({ node, attempt, at, agent, reason, candidates }) => ({
    step: `${prefix}${node}`, attempt, at: isoTime(at), agent, reason,
    candidates: candidates.map(({ maxLoad, ...candidate }) => ({ ...candidate, max_load: maxLoad })),
  })))
}

interface Tally {
  steps: number
  attempts: number
  failures: number
  turns: number
  calls: number
  cost: Pico
  readonly tools: Map<string, { calls: number; errors: number; duration_ms: number }>
}

/** A run and those in it. `space`: before the names of its agents; tasks are done by the agents of the pipeline around them. */
function sharedRuns(run: Run, prefix: string, space = ''): { readonly run: Run; readonly prefix: string; readonly space: string }[] {
  return [{ run, prefix, space }, ...[...run.nested].flatMap(([node, inner]) => {
    const own = `${prefix}${node}/`
    const shares = run.steps.get(run.nodes.get(node)?.step ?? '')?.kind === 'tasks'
    return sharedRuns(inner, own, shares ? space : own)
  })]
}

function addRun(tallies: Map<string, Tally>, run: Run, space: string): void {
  const tallyOf = (agent: string): Tally => {
    const name = `${space}${agent}`
    const tally = tallies.get(name) ?? { steps: 0, attempts: 0, failures: 0, turns: 0, calls: 0, cost: 0n, tools: new Map() }
    tallies.set(name, tally)
    return tally
  }
  for (const node of run.nodes.values()) {
    const made = node.attempts.flatMap(worked)
    for (const agent of new Set(made.map((attempt) => attempt.agent ?? ''))) tallyOf(agent).steps += 1
    for (const { agent, status, work } of made) {
      const tally = tallyOf(agent ?? '')
      tally.attempts += 1
      if (status === 'failed') tally.failures += 1
      addWork(tally, work)
    }
  }
  for (const { agent, cost, hold } of run.calls.values()) {
    if (agent === null) continue
    const tally = tallyOf(agent)
    tally.calls += 1
    tally.cost += cost ?? hold
  }
}

interface Worked {
  readonly agent: string | null
  readonly status: string
  readonly work: AgentWork | null
}

function worked({ race, agent, status, work }: AttemptState): readonly Worked[] {
  return race?.contestants ?? (agent === null ? [] : [{ agent, status, work }])
}

function addWork(tally: Tally, work: AgentWork | null): void {
  tally.turns += work?.turns ?? 0
  for (const [name, { calls, errors, durationMs }] of Object.entries(work?.tools ?? {})) {
    const before = tally.tools.get(name) ?? { calls: 0, errors: 0, duration_ms: 0 }
    tally.tools.set(name, { calls: before.calls + calls, errors: before.errors + errors, duration_ms: before.duration_ms + durationMs })
  }
}
