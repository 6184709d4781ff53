import { fingerprint } from '../plan/fingerprint.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { matrixNodes } from '../plan/matrix.ts'
import { inOrder } from '../plan/order.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import type { GateAnswered, PlannedNode, PlannedStep, RunResumed } from './event.ts'
import type { Outlook } from './next.ts'
import { plannedSteps } from './open.ts'
import type { NodeState, Run } from './run.ts'
import { upstreamOf } from './upstream.ts'

/** What a resume keeps and what it does again, with the reason in words. */
export interface ResumePlan {
  readonly event: RunResumed
  /** For each question that nobody answered in time. */
  readonly expired: readonly GateAnswered[]
  readonly again: readonly { readonly node: string; readonly reason: string }[]
}

/**
 * Lays the plan over a run that did not finish: a node stays as it ended when all that it needs stays and its fingerprint and
 * condition come to the same; everything else begins anew.
 */
export function planResume(plan: Plan, run: Run, outlook: Outlook): ResumePlan {
  const stable = new Set<string>()
  const keep: string[] = []
  const again: { node: string; reason: string }[] = []
  const expanded = new Map<string, readonly PlannedNode[]>()
  for (const id of inOrder(plan)) {
    const step = plan.steps.get(id)
    if (!step) continue
    const upstream = step.spec.needs.find((need) => !stable.has(need))
    const nodes = upstream === undefined ? nodesOf(step, run, outlook) : step.nodes
    if (nodes !== null && step.nodes === null) expanded.set(id, nodes)
    const reasons = (nodes ?? [{ id, matrix: null }]).map((node) => {
      const reason = upstream === undefined ? changeOf(plan, step, run, run.nodes.get(node.id), outlook) : `it needs \`${upstream}\`, which runs again`
      if (reason === null) keep.push(node.id)
      else again.push({ node: node.id, reason })
      return reason
    })
    // What waits has not ended: those below it have not run, and will when it is answered.
    const waits = nodes?.some((node) => run.nodes.get(node.id)?.status === 'waiting') === true
    if (nodes !== null && !waits && reasons.every((reason) => reason === null)) stable.add(id)
  }
  const planned: PlannedStep[] = plannedSteps(plan).map((step) => ({ ...step, nodes: step.nodes ?? expanded.get(step.id) ?? null }))
  const budget = plan.pipeline.limits.budget?.toString() ?? null
  const expired = keep.flatMap((node) => expiry(plan, run, run.nodes.get(node), outlook.now))
  return { event: { type: 'run-resumed', plan: planned, keep, base: run.base, budget }, expired, again }
}

function expiry(plan: Plan, run: Run, node: NodeState | undefined, now: number): GateAnswered[] {
  const timeout = node && plan.steps.get(node.step)?.spec.timeoutMs
  if (node?.status !== 'waiting' || run.nested.has(node.id) || timeout === undefined || !isOver(node, timeout, now)) return []
  return [{ type: 'gate-answered', node: node.id, answer: 'expired', by: null, comment: null }]
}

function isOver(node: NodeState, timeoutMs: number, now: number): boolean {
  return node.finishedAt !== null && node.finishedAt + timeoutMs <= now
}

/** Whether a question was not answered in time, in the pipeline that a node performs or in one below that. */
function hasExpired(pipeline: Pipeline, step: StepSpec, inner: Run, now: number): boolean {
  const child = step.kind === 'pipeline' ? pipeline.children.get(step.pipeline) : undefined
  return [...inner.nodes.values()].some((node) => {
    const spec = child?.steps.get(node.step)
    if (node.status !== 'waiting' || !spec || !child) return false
    const below = inner.nested.get(node.id)
    return below ? hasExpired(child, spec, below, now) : spec.timeoutMs !== undefined && isOver(node, spec.timeoutMs, now)
  })
}

function nodesOf(step: PlanStep, run: Run, outlook: Outlook): readonly PlannedNode[] | null {
  if (step.nodes !== null) return step.nodes
  const known = run.steps.get(step.spec.id)?.nodes
  if (!known) return null
  const judged = outlook.condition(step, null)
  const cells = outlook.cells(step)
  if (!judged.ok || !cells.ok) return null
  const alone = [{ id: step.spec.id, matrix: null }]
  const nodes = judged.value && cells.value.length > 0 ? matrixNodes(step.spec.id, cells.value) : alone
  return nodes.every((node, index) => node.id === known[index]) && nodes.length === known.length ? nodes : null
}

/** Null when the node can stay as it is. */
function changeOf(plan: Plan, step: PlanStep, run: Run, node: NodeState | undefined, outlook: Outlook): string | null {
  if (node === undefined || node.status === 'pending') return 'it has not run yet'
  if (node.status === 'running' || node.status === 'cancelled') return 'it was interrupted'
  // A no that was given while the run waited has yet to take effect; only after that is it asked again.
  const isRejection = node.answer !== null && run.status === 'waiting'
  if (node.status === 'failed' && !isRejection && !step.spec.continueOnError) return 'it failed'
  const inner = node.status === 'waiting' ? run.nested.get(node.id) : undefined
  if (inner && hasExpired(plan.pipeline, step.spec, inner, outlook.now)) return 'a question in it was not answered in time'
  const judged = outlook.condition(step, node.matrix)
  const runs = judged.ok && judged.value
  if (node.status === 'skipped') return !runs && node.skipped?.kind !== 'blocked' ? null : 'it was skipped'
  if (!runs) return 'its condition changed'
  const print = fingerprint(plan, step.spec.id, node.matrix, run.inputs, upstreamOf(run, step.spec.id))
  return print === node.fingerprint ? null : 'its definition or what it sees changed'
}
