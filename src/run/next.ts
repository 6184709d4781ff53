import type { JsonObject } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import { matrixNodes } from '../plan/matrix.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import { assign } from './assignment.ts'
import type { Assignment } from './assignment.ts'
import type { Failure } from './failure.ts'
import type { PlannedNode, RunStatus, SkipCause, StopCause } from './event.ts'
import type { NodeState, Run, StepState } from './run.ts'
import { inTurn, openSlots } from './slots.ts'
import type { Slots } from './slots.ts'

/** What ought to happen now. */
export type Decision =
  | { readonly type: 'start'; readonly node: string; readonly attempt: number; readonly assignment?: Assignment }
  | { readonly type: 'skip'; readonly node: string; readonly cause: SkipCause }
  | { readonly type: 'expand'; readonly step: string; readonly nodes: readonly PlannedNode[] }
  | { readonly type: 'fail'; readonly node: string; readonly failure: Failure }
  | { readonly type: 'wake'; readonly at: number }
  /** Something could start, but for its agents: one of them must end something first, in this run or in one that shares them. */
  | { readonly type: 'wait'; readonly node: string }
  | { readonly type: 'finish'; readonly status: RunStatus; readonly exitCode: number }

/** What the decision depends on beside plan and run: the time, and what expressions come to. */
export interface Outlook {
  readonly now: number
  readonly concurrency: number
  /** How many nodes an agent does in runs that share it with this one. */
  readonly elsewhere?: (agent: string) => number
  condition(step: PlanStep, matrix: JsonObject | null): Result<boolean, string>
  cells(step: PlanStep): Result<readonly JsonObject[], string>
  /** Commits that steps made and that exist no more; empty where nobody has looked. */
  readonly lost: ReadonlySet<string>
}

/**
 * The decisions that a run is ready for. Total and without memory: the same run gets the same decisions, which is why a resume
 * is nothing but the fold of a journal and one more call of this.
 */
export function next(plan: Plan, run: Run, outlook: Outlook): Decision[] {
  const decisions: Decision[] = []
  if (run.stopping === null) {
    const slots = openSlots(plan, run, outlook.concurrency, outlook.elsewhere)
    for (const id of run.retrying) {
      const at = run.nodes.get(id)?.retryAt ?? 0
      if (at > outlook.now) decisions.push({ type: 'wake', at })
    }
    for (const { step, state, again } of inTurn(plan, run, outlook.now)) {
      if (slots.left <= 0) break
      if (!again) decideStep(plan, run, step, state, slots, outlook, decisions)
      else decisions.push(...start(plan, step, again, slots))
    }
  }
  if (decisions.length === 0 && run.running.size === 0) return [finish(run)]
  return decisions
}

/** Appends what a ready step may do. */
function decideStep(plan: Plan, run: Run, step: PlanStep, state: StepState, slots: Slots, outlook: Outlook, decisions: Decision[]): void {
  if (!step.isWanted) {
    decisions.push(...leaveOut(run, state))
    return
  }
  if (state.nodes === null) {
    decisions.push(...expand(run, step, state, outlook))
    return
  }
  for (let index = state.cursor; index < state.nodes.length && slots.left > 0; index += 1) {
    const node = run.nodes.get(state.nodes[index] ?? '')
    if (node?.status !== 'pending' || node.retryAt !== null) continue
    const decided = decideNode(run, step, state, node, outlook)
    const taken = decided ? [decided] : start(plan, step, node, slots)
    decisions.push(...taken)
    if (taken[0] === undefined || taken[0].type === 'wait') return
  }
}

function leaveOut(run: Run, { id, nodes }: StepState): Decision[] {
  if (nodes === null) return [{ type: 'expand', step: id, nodes: [{ id, matrix: null }] }, { type: 'skip', node: id, cause: { kind: 'unwanted' } }]
  const untouched = nodes.filter((node) => run.nodes.get(node)?.status === 'pending')
  return untouched.map((node) => ({ type: 'skip', node, cause: { kind: 'unwanted' } }))
}

/** The start of a node; nothing where there is no slot for it, and `wait` where nobody who may do it is free. */
function start(plan: Plan, step: PlanStep, node: NodeState, slots: Slots): Decision[] {
  const { spec } = step
  const decision = { type: 'start', node: node.id, attempt: nextAttempt(node) } as const
  if (spec.kind !== 'agent') return slots.take(step) ? [decision] : []
  const assignment = assign(plan.pipeline, spec, node.attempts.slice(node.earlier), (agent) => slots.load(agent))
  if (assignment === 'busy') return [{ type: 'wait', node: node.id }]
  return slots.takeFor(step, assignment.agent) ? [{ ...decision, assignment }] : []
}

/** What becomes of a node that does not start; undefined when it may. */
function decideNode(run: Run, step: PlanStep, state: StepState, node: NodeState, outlook: Outlook): Decision | undefined {
  const judged = outlook.condition(step, node.matrix)
  if (!judged.ok) return { type: 'fail', node: node.id, failure: { code: 'expression-failed', message: judged.error } }
  return judged.value ? undefined : { type: 'skip', node: node.id, cause: skipCause(run, state) }
}

/** A step whose matrix an expression gives. Where it has no cells to run, one node of the step's own name stands for it. */
function expand(run: Run, step: PlanStep, state: StepState, outlook: Outlook): Decision[] {
  const id = step.spec.id
  const alone: Decision = { type: 'expand', step: id, nodes: [{ id, matrix: null }] }
  const failed = (message: string): Decision[] => [alone, { type: 'fail', node: id, failure: { code: 'expression-failed', message } }]
  const judged = outlook.condition(step, null)
  if (!judged.ok) return failed(judged.error)
  if (!judged.value) return [alone, { type: 'skip', node: id, cause: skipCause(run, state) }]
  const cells = outlook.cells(step)
  if (!cells.ok) return failed(cells.error)
  if (cells.value.length === 0) return [alone, { type: 'skip', node: id, cause: { kind: 'empty' } }]
  return [{ type: 'expand', step: id, nodes: matrixNodes(id, cells.value) }]
}

function skipCause(run: Run, step: StepState): SkipCause {
  const need = step.needs.find((id) => isBad(run, id))
  return need === undefined ? { kind: 'condition' } : { kind: 'blocked', need }
}

function isBad(run: Run, step: string): boolean {
  const outcome = run.steps.get(step)?.outcome
  return outcome === 'failed' || outcome === 'blocked'
}

/** `success()` of a step: nothing that it needs failed or was held up by a failure. */
export function needsSucceeded(run: Run, step: string): boolean {
  return !(run.steps.get(step)?.needs ?? []).some((need) => isBad(run, need))
}

/** Attempts are numbered over the whole run, also across resumes. */
function nextAttempt(node: NodeState): number {
  return (node.attempts.at(-1)?.attempt ?? 0) + 1
}

function finish(run: Run): Decision {
  if (run.stopping !== null) return { type: 'finish', ...stopped(run.stopping) }
  if ([...run.steps.values()].some((step) => step.outcome === 'failed')) return { type: 'finish', status: 'failed', exitCode: brokePolicy(run) ? 7 : 1 }
  if (run.notices.some((notice) => notice.code === 'secret-leaked')) return { type: 'finish', status: 'failed', exitCode: 7 }
  const waits = [...run.nodes.values()].some((node) => node.status === 'waiting')
  return { type: 'finish', status: waits ? 'waiting' : 'passed', exitCode: waits ? 6 : 0 }
}

/** A change that no agent may make is the maintainer's business, not that of the change's author. */
function brokePolicy(run: Run): boolean {
  const isOurs = (code: string | undefined): boolean => code === 'protected-path' || code === 'secret-leaked'
  return [...run.nodes.values()].some((node) => node.status === 'failed' && (isOurs(node.failure?.code) || run.nested.get(node.id)?.exitCode === 7))
}

const SIGNAL_NUMBER = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

function stopped(cause: StopCause): { status: RunStatus; exitCode: number } {
  switch (cause.kind) {
    case 'signal': return { status: 'cancelled', exitCode: 128 + SIGNAL_NUMBER[cause.signal] }
    case 'timeout': return { status: 'cancelled', exitCode: 3 }
    case 'budget':
    case 'quota':
      return { status: 'failed', exitCode: 3 }
  }
}
