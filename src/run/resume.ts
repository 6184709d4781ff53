import { fingerprint } from '../plan/fingerprint.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { matrixNodes } from '../plan/matrix.ts'
import { inOrder } from '../plan/order.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import type { GateAnswered, PlannedNode, PlannedStep, RunResumed } from './event.ts'
import { isStillAsked } from './autonomy.ts'
import type { Outlook } from './next.ts'
import { plannedSteps } from './open.ts'
import type { NodeState, Run } from './run.ts'
import { upstreamOf } from './upstream.ts'

/** What a resume keeps and what it does again, with the reason in words. */
export interface ResumePlan {
  readonly event: RunResumed
  /** For each question that nobody answered in time, and for each that nobody asks any more. */
  readonly answers: readonly GateAnswered[]
  readonly again: readonly { readonly node: string; readonly reason: string }[]
}

/**
 * Lays the plan over a run that did not finish: a node stays as it ended when all that it needs stays and its fingerprint and
 * condition come to the same; everything else begins anew. `from`: a step that begins anew in any case.
 */
export function planResume(plan: Plan, run: Run, outlook: Outlook, from?: string): ResumePlan {
  const stable = new Set<string>()
  const keep: string[] = []
  const again: { node: string; reason: string }[] = []
  const expanded = new Map<string, readonly PlannedNode[]>()
  for (const id of inOrder(plan)) {
    const step = plan.steps.get(id)
    if (!step) continue
    const cause = anewCause(step, stable, from)
    const nodes = cause === undefined ? nodesOf(step, run, outlook) : step.nodes
    if (nodes !== null && step.nodes === null) expanded.set(id, nodes)
    const reasons = (nodes ?? [{ id, matrix: null }]).map((node) => {
      const reason = cause ?? changeOf(plan, step, run, run.nodes.get(node.id), outlook)
      if (reason === null) keep.push(node.id)
      else if (step.isWanted) again.push({ node: node.id, reason })
      return reason
    })
    // What waits has not ended: those below it have not run, and will when it is answered.
    const waits = nodes?.some((node) => run.nodes.get(node.id)?.status === 'waiting') === true
    if (nodes !== null && !waits && reasons.every((reason) => reason === null)) stable.add(id)
  }
  const planned: PlannedStep[] = plannedSteps(plan).map((step) => ({ ...step, nodes: step.nodes ?? expanded.get(step.id) ?? null }))
  const budget = plan.pipeline.limits.budget?.toString() ?? null
  const answers = keep.flatMap((node) => answersOf(plan, run, run.nodes.get(node), outlook.now))
  return { event: { type: 'run-resumed', plan: planned, keep, ...(again.length > 0 ? { again } : {}), base: run.base, budget }, answers, again }
}

/** Why a step begins anew whatever it is; undefined: that depends on each of its nodes. */
function anewCause(step: PlanStep, stable: ReadonlySet<string>, from: string | undefined): string | undefined {
  const upstream = step.spec.needs.find((need) => !stable.has(need))
  if (upstream !== undefined) return `it needs \`${upstream}\`, which runs again`
  return step.spec.id === from ? 'it was asked for' : undefined
}

function answersOf(plan: Plan, run: Run, node: NodeState | undefined, now: number): GateAnswered[] {
  const spec = node && plan.steps.get(node.step)?.spec
  if (node?.status !== 'waiting' || !spec || run.nested.has(node.id)) return []
  if (node.gate && !isStillAsked(plan.pipeline.autonomy, spec, node.gate)) {
    return [{ type: 'gate-answered', node: node.id, answer: 'approved', by: null, comment: `\`autonomy\` is \`${plan.pipeline.autonomy}\`` }]
  }
  return hasRunOut(spec, node, now) ? [{ type: 'gate-answered', node: node.id, answer: 'expired', by: null, comment: null }] : []
}

/** Whether the time for an answer is over; only a step that itself asks has one. */
function hasRunOut(spec: StepSpec, node: NodeState, now: number): boolean {
  return spec.kind === 'approve' && spec.timeoutMs !== undefined && node.finishedAt !== null && node.finishedAt + spec.timeoutMs <= now
}
/** Whether a question was not answered in time, in the pipeline that a node performs or in one below that. */
function hasExpired(pipeline: Pipeline, step: StepSpec, inner: Run, now: number): boolean {
  const child = step.kind === 'pipeline' ? pipeline.children.get(step.pipeline) : undefined
  return [...inner.nodes.values()].some((node) => {
    const spec = child?.steps.get(node.step)
    if (node.status !== 'waiting' || !spec || !child) return false
    const below = inner.nested.get(node.id)
    return below ? hasExpired(child, spec, below, now) : hasRunOut(spec, node, now)
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

/** What a node made, and what was made in the run that it performs. */
function commitsOf(run: Run, node: NodeState): string[] {
  const inner = run.nested.get(node.id)
  return [...(node.commit === null ? [] : [node.commit]), ...(inner ? allCommits(inner) : [])]
}

/** Every commit that the nodes of a run and of those inside it made. */
export function allCommits(run: Run): string[] {
  return [...new Set([...run.nodes.values()].flatMap((node) => commitsOf(run, node)))]
}

/** Null when the node can stay as it is. */
function changeOf(plan: Plan, step: PlanStep, run: Run, node: NodeState | undefined, outlook: Outlook): string | null {
  if (node === undefined || node.status === 'pending') return node?.answer ? 'it was approved' : 'it has not run yet'
  if (node.status === 'running' || node.status === 'cancelled') return 'it was interrupted'
  // A no that was given while the run waited has yet to take effect; only after that is it asked again.
  const isRejection = node.answer !== null && node.answer.answer !== 'approved' && run.status === 'waiting'
  if (node.status === 'failed' && !isRejection && !step.spec.continueOnError) return 'it failed'
  const inner = node.status === 'waiting' ? run.nested.get(node.id) : undefined
  if (inner && hasExpired(plan.pipeline, step.spec, inner, outlook.now)) return 'a question in it was not answered in time'
  if (commitsOf(run, node).some((commit) => outlook.lost.has(commit))) return 'its commit is not in the repository any more'
  if (node.skipped?.kind === 'unwanted') return step.isWanted ? 'it was left out' : null
  if (node.status === 'skipped' && node.skipped?.kind === 'autonomy') return plan.pipeline.autonomy === 'manual' ? null : 'nothing was to be delivered'
  const isAsked = node.status !== 'waiting' || node.gate === null || node.gate.reason === 'change' || isStillAsked(plan.pipeline.autonomy, step.spec, node.gate)
  if (!isAsked) return `\`autonomy\` is \`${plan.pipeline.autonomy}\``
  const judged = outlook.condition(step, node.matrix)
  const runs = judged.ok && judged.value
  if (node.status === 'skipped') return !runs && node.skipped?.kind !== 'blocked' ? null : 'it was skipped'
  if (!runs) return 'its condition changed'
  const print = fingerprint(plan, step.spec.id, node.matrix, run.inputs, upstreamOf(run, step.spec.id))
  return print === node.fingerprint ? null : 'its definition or what it sees changed'
}
