import { taskTeam } from '../pipeline/involved.ts'
import type { AgentSpec, Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { teamOf } from '../pipeline/team.ts'
import { inOrder } from './order.ts'
import type { Plan } from './plan.ts'

/** What a step will find where it works, by the workspace rule. */
export interface Sight {
  /**
   * `worktree`: one of its own; `inherited`: a worktree where something above has changed files, otherwise the checkout;
   * `checkout`: the checkout itself; `empty`: an empty folder; `nothing`: it works nowhere.
   */
  readonly place: 'worktree' | 'inherited' | 'checkout' | 'empty' | 'nothing'
  /** The needed steps that may change files, however indirectly needed; the nearest last. */
  readonly changes: readonly string[]
  /** There are more of them than `MOST_NAMED`, farther away. */
  readonly hasMore: boolean
}

/** So many are named: a chain of ten thousand steps would otherwise be told in fifty million names. */
export const MOST_NAMED = 20

/** For each step what it will see. */
export function sights(plan: Plan): Map<string, Sight> {
  const seen = new Map<string, Sight>()
  const carried = new Map<string, Carried>()
  for (const id of inOrder(plan)) {
    const spec = plan.steps.get(id)?.spec
    if (!spec) continue
    const inherited = merge(spec.needs.flatMap((need) => carried.get(need) ?? []))
    carried.set(id, mayChange(plan.pipeline, spec, inherited) ? named([...inherited.steps, id], inherited.hasMore) : inherited)
    const place = placeOf(spec, inherited)
    const isSeen = place === 'worktree' || place === 'inherited'
    seen.set(id, { place, changes: isSeen ? inherited.steps : [], hasMore: isSeen && inherited.hasMore })
  }
  return seen
}

/** The steps whose changes come along with a step. */
interface Carried {
  readonly steps: readonly string[]
  readonly hasMore: boolean
}

function merge(all: readonly Carried[]): Carried {
  const [only, ...others] = all
  if (!only || others.length === 0) return only ?? { steps: [], hasMore: false }
  return named([...new Set(all.flatMap(({ steps }) => steps))], all.some(({ hasMore }) => hasMore))
}

function named(steps: readonly string[], hasMore: boolean): Carried {
  return { steps: steps.slice(-MOST_NAMED), hasMore: hasMore || steps.length > MOST_NAMED }
}

function placeOf(spec: StepSpec, inherited: Carried): Sight['place'] {
  if (spec.kind === 'approve') return 'nothing'
  if (spec.kind === 'deliver' || spec.kind === 'agent' || spec.kind === 'merge' || spec.kind === 'tasks' || spec.workspace === 'worktree') return 'worktree'
  if (spec.workspace === 'none') return 'empty'
  return spec.workspace === 'inherit' && inherited.steps.length > 0 ? 'inherited' : 'checkout'
}

function mayChange(pipeline: Pipeline, spec: StepSpec, inherited: Carried): boolean {
  switch (spec.kind) {
    case 'agent': return teamOf(pipeline, spec).some(canWrite)
    case 'tasks': return taskTeam(pipeline, spec).some(canWrite)
    case 'run': return spec.workspace === 'worktree' || (spec.workspace === 'inherit' && inherited.steps.length > 0)
    case 'check': case 'approve': case 'deliver': return false
    case 'merge': return inherited.steps.length > 0
    // Its own plan tells what its steps do.
    case 'pipeline': return true
  }
}

/** A model without a tool that writes changes nothing; of a program nobody knows. */
function canWrite(agent: AgentSpec): boolean {
  if (agent.executor !== 'llm') return true
  return agent.permissions !== 'read-only' && agent.tools.some((tool) => tool === 'files' || tool === 'shell' || tool.startsWith('mcp.'))
}
