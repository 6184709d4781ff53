import type { NodeState, Run, StepOutcome, StepState } from './run.ts'

/** One more node of a step has ended; with the last one the step has, and those that need it come nearer. */
export function endNode(run: Run, node: NodeState): void {
  const step = run.steps.get(node.step)
  if (!step) return
  step.open -= 1
  if (step.open > 0 || step.outcome !== null) return
  const nodes = (step.nodes ?? []).flatMap((id) => run.nodes.get(id) ?? [])
  step.outcome = outcomeOf(step, nodes)
  step.carries = carriedBy(run, step, nodes)
  for (const id of step.dependents) {
    const dependent = run.steps.get(id)
    if (!dependent) continue
    dependent.waitingFor -= 1
    if (dependent.waitingFor === 0) run.frontier.add(id)
  }
}

function outcomeOf(step: StepState, nodes: readonly NodeState[]): StepOutcome {
  if (nodes.some((node) => node.status === 'failed' || node.status === 'cancelled')) return step.continueOnError ? 'passed' : 'failed'
  if (nodes.some((node) => node.skipped?.kind === 'blocked')) return 'blocked'
  return nodes.some((node) => node.status === 'passed') ? 'passed' : 'skipped'
}

function carriedBy(run: Run, step: StepState, nodes: readonly NodeState[]): readonly string[] {
  const own = nodes.flatMap((node) => (node.status === 'passed' && node.commit !== null ? [node.commit] : []))
  return own.length > 0 ? own : inheritedBy(run, step)
}

/** The commits that a step sees: what its needs carry, in the order of `needs`, each once. */
export function inheritedBy(run: Run, step: StepState): readonly string[] {
  if (step.needs.length === 1) return run.steps.get(step.needs[0] ?? '')?.carries ?? []
  return [...new Set(step.needs.flatMap((need) => run.steps.get(need)?.carries ?? []))]
}
