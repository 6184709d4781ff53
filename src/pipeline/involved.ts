import type { AgentSpec, MergeStep, Pipeline, StepSpec, TasksStep } from './pipeline.ts'
import { teamOf } from './team.ts'

/** The checks that a step makes, by name. */
export function checksNamed(step: StepSpec): readonly string[] {
  switch (step.kind) {
    case 'agent': case 'merge': case 'tasks': return step.verify
    case 'check': return step.checks
    case 'run': case 'approve': case 'pipeline': case 'deliver': return []
  }
}

/** Everybody whom a step may call to work. */
export function agentsOf(pipeline: Pipeline, step: StepSpec): readonly AgentSpec[] {
  switch (step.kind) {
    case 'agent': return teamOf(pipeline, step)
    case 'merge': return resolverOf(pipeline, step)
    case 'tasks': return [...new Set([...taskTeam(pipeline, step), ...resolverOf(pipeline, step)])]
    case 'run': case 'check': case 'approve': case 'pipeline': case 'deliver': return []
  }
}

/** Everybody who may come to work on a task, whatever capabilities it wants. */
export function taskTeam(pipeline: Pipeline, { assign }: Pick<TasksStep, 'assign'>): AgentSpec[] {
  return teamOf(pipeline, { agent: assign, capabilities: [], race: undefined })
}

/** None where nothing ever reaches it. */
function resolverOf({ agents }: Pipeline, { resolver, onConflict, repair }: MergeStep | TasksStep): readonly AgentSpec[] {
  const agent = agents.get(resolver ?? '')
  return agent && (onConflict === 'agent' || repair > 0) ? [agent] : []
}

/** Everybody who may come to work on a step of a pipeline, but not on those of the pipelines that it calls. */
export function usedAgents(pipeline: Pipeline): AgentSpec[] {
  return [...new Set([...pipeline.steps.values()].flatMap((step) => agentsInvolved(pipeline, step)))]
}

/** Every agent that may work in a step: its own, and the one that may bring together what it sees before it begins. */
export function agentsInvolved(pipeline: Pipeline, step: StepSpec): readonly AgentSpec[] {
  const resolver = resolverBefore(pipeline, step)
  return [...new Set([...agentsOf(pipeline, step), ...(resolver ? [resolver] : [])])]
}

/** Who is asked when the changes that a step sees contradict each other; a merge asks its own resolver, within its work. */
export function resolverBefore({ workspace, agents }: Pipeline, step: StepSpec): AgentSpec | undefined {
  if (workspace.onConflict !== 'agent' || workspace.resolver === undefined || !seesChanges(step)) return undefined
  return agents.get(workspace.resolver)
}

function seesChanges({ kind, needs, workspace }: StepSpec): boolean {
  if (kind === 'merge' || kind === 'approve' || kind === 'pipeline' || needs.length === 0) return false
  return workspace === 'inherit' || workspace === 'worktree'
}
