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
  // Of `tasks` of which some failed the others are merged: that stands where the failure is tolerated.
  const counts = ({ status, failure }: NodeState): boolean => status === 'passed' || (step.continueOnError && failure?.code === 'tasks-failed')
  const own = nodes.flatMap((node) => (counts(node) && node.commit !== null ? changesOf(run, node, node.commit) : []))
  return own.length > 0 ? [...new Set(own)] : inheritedBy(run, step)
}

/** Of a node that performs a pipeline, all that its last steps carry: none of them holds the changes of the others. */
export function changesOf(run: Run, node: NodeState, commit: string): readonly string[] {
  if (node.carries !== null) return node.carries
  const inner = run.nested.get(node.id)
  return inner ? carriedAtEnd(inner) : [commit]
}

/** What the steps of a run carry that no other of its steps needs, in the order of the plan. */
export function carriedAtEnd(run: Run): readonly string[] {
  return [...new Set([...run.steps.values()].flatMap((step) => (step.dependents.length === 0 ? step.carries : [])))]
}

/** The commits that a step sees: what its needs carry, in the order of `needs`, each once. */
export function inheritedBy(run: Run, step: StepState): readonly string[] {
  if (step.needs.length === 0) return run.inherited
  if (step.needs.length === 1) return run.steps.get(step.needs[0] ?? '')?.carries ?? []
  return [...new Set(step.needs.flatMap((need) => run.steps.get(need)?.carries ?? []))]
}
