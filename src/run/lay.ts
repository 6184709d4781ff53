import type { PlannedNode, PlannedStep } from './event.ts'
import type { SharedState } from './shared-state.ts'
import type { NodeState, Run, StepState } from './run.ts'

/** A run of which nothing is known yet. */
export function emptyRun(id: string, shared: SharedState = { memory: [], messages: [] }): Run {
  return {
    id, seq: 0, pipeline: '', file: '', inputs: {}, base: null, budget: null, startedAt: 0, finishedAt: null, resumes: 0, again: [],
    status: 'running', exitCode: null, stopping: null, outputs: {},
    steps: new Map(), nodes: new Map(), frontier: new Set(), running: new Set(), retrying: new Set(), calls: new Map(), routes: [], choices: [],
    notices: [], proofs: [], deliveries: [], nested: new Map(), choice: {}, shared, inherited: [], spent: 0n,
  }
}

/** Lays the steps of a plan into a run; nodes in `kept` stay as they are, all others begin anew. `isGrown`: they ended just now. */
export function layPlan(run: Run, plan: readonly PlannedStep[], kept: ReadonlySet<string>, isGrown = false): void {
  const before = new Map(run.nodes)
  run.steps.clear()
  run.nodes.clear()
  run.frontier.clear()
  run.running.clear()
  run.retrying.clear()
  for (const step of plan) run.steps.set(step.id, stepState(step))
  for (const step of run.steps.values()) for (const need of step.needs) run.steps.get(need)?.dependents.push(step.id)
  for (const step of plan) {
    for (const node of step.nodes ?? []) {
      const old = kept.has(node.id) ? before.get(node.id) : undefined
      run.nodes.set(node.id, old ? { ...old, cached: old.cached || !isGrown } : nodeState(step.id, node, before.get(node.id)))
    }
  }
  for (const step of run.steps.values()) if (step.waitingFor === 0) run.frontier.add(step.id)
}

/** Gives a step its nodes, once they are known. */
export function layNodes(run: Run, step: StepState, nodes: readonly PlannedNode[]): void {
  step.nodes = nodes.map((node) => node.id)
  step.open = nodes.length
  for (const node of nodes) run.nodes.set(node.id, nodeState(step.id, node, undefined))
}

function stepState(step: PlannedStep): StepState {
  return {
    id: step.id, kind: step.kind, name: step.name, needs: step.needs, dependents: [], continueOnError: step.continueOnError,
    agent: step.agent, nodes: step.nodes?.map((node) => node.id) ?? null,
    ...(step.race ? { race: step.race } : {}),
    waitingFor: step.needs.length, cursor: 0, open: step.nodes?.length ?? 0, outcome: null, carries: [],
  }
}

/** What was spent on a node stays spent when it begins anew, and leave that was given to start it is not asked for twice. */
function nodeState(step: string, node: PlannedNode, before: NodeState | undefined): NodeState {
  const isFree = before?.answer?.answer === 'approved' && before.gate !== null && before.gate.reason !== 'change'
  return {
    id: node.id, step, matrix: node.matrix, status: 'pending', cached: false, attempts: before?.attempts ?? [],
    earlier: before?.attempts.length ?? 0, retryAt: null,
    fingerprint: isFree ? before.fingerprint : null, startedAt: null, finishedAt: null, exitCode: null, outputs: {}, commit: null, carries: null,
    reused: null, filesChanged: [], agent: null, model: null, isolation: null, failure: null, skipped: null, cost: before?.cost ?? 0n, checks: [],
    gate: isFree ? before.gate : null, expiresAt: null, answer: isFree ? before.answer : null,
  }
}
