import type { AgentSpec, Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { inOrder } from './order.ts'
import type { Plan } from './plan.ts'

/** What a step will find where it works, by the workspace rule. */
export interface Sight {
  /**
   * `worktree`: one of its own; `inherited`: a worktree where something above has changed files, otherwise the checkout;
   * `checkout`: the checkout itself; `empty`: an empty folder; `nothing`: it works nowhere.
   */
  readonly place: 'worktree' | 'inherited' | 'checkout' | 'empty' | 'nothing'
  /** The nearest steps above that may change files, in the order of `needs`; each brings along what it saw itself. */
  readonly changes: readonly string[]
  /** There are more of them than `MOST_NAMED`. */
  readonly hasMore: boolean
}

/** So many are named: chains of many steps that all see the same would otherwise be told in millions of names. */
export const MOST_NAMED = 100

/** For each step what it will see. */
export function sights(plan: Plan): Map<string, Sight> {
  const seen = new Map<string, Sight>()
  const carried = new Map<string, Carried>()
  for (const id of inOrder(plan)) {
    const spec = plan.steps.get(id)?.spec
    if (!spec) continue
    const inherited = merge(spec.needs.flatMap((need) => carried.get(need) ?? []))
    carried.set(id, mayChange(plan.pipeline, spec, inherited) ? { steps: [id], hasMore: false } : inherited)
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
  const steps = new Set<string>()
  for (const one of all) for (const step of one.steps) if (steps.size <= MOST_NAMED) steps.add(step)
  return { steps: [...steps].slice(0, MOST_NAMED), hasMore: steps.size > MOST_NAMED || all.some(({ hasMore }) => hasMore) }
}

function placeOf(spec: StepSpec, inherited: Carried): Sight['place'] {
  if (spec.kind === 'approve') return 'nothing'
  if (spec.kind === 'agent' || spec.workspace === 'worktree') return 'worktree'
  if (spec.workspace === 'none') return 'empty'
  return spec.workspace === 'inherit' && inherited.steps.length > 0 ? 'inherited' : 'checkout'
}

function mayChange(pipeline: Pipeline, spec: StepSpec, inherited: Carried): boolean {
  switch (spec.kind) {
    case 'agent': return canWrite(pipeline.agents.get(spec.agent))
    case 'run': return spec.workspace === 'worktree' || (spec.workspace === 'inherit' && inherited.steps.length > 0)
    case 'check': case 'approve': return false
  }
}

/** A model without a tool that writes changes nothing; of a program nobody knows. */
function canWrite(agent: AgentSpec | undefined): boolean {
  if (!agent || agent.executor !== 'llm') return true
  return agent.permissions !== 'read-only' && agent.tools.some((tool) => tool === 'files' || tool === 'shell')
}
