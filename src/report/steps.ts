import { picoToUsd } from '../base/money.ts'
import type { ChangesMerged, CheckResult } from '../run/work-event.ts'
import type { Failure } from '../run/failure.ts'
import { winnerOf } from '../run/race.ts'
import type { RaceState } from '../run/race.ts'
import type { AttemptState, NodeState, NodeStatus, Run, StepState } from '../run/run.ts'
import type { ReportStep } from './vocabulary/report.ts'

/** Every node of the plan in its order, those of a called pipeline after the node that performs it; a step whose nodes were never known stands for itself. */
export function reportSteps(run: Run, prefix = ''): ReportStep[] {
  return [...run.steps.values()].flatMap((step) => {
    if (step.nodes === null) return [unexpanded(step, prefix)]
    return step.nodes.flatMap((id) => {
      const node = run.nodes.get(id)
      const inner = node?.status === 'skipped' ? undefined : run.nested.get(id)
      return node ? [reportStep(step, node, prefix), ...(inner ? reportSteps(inner, `${prefix}${id}/`) : [])] : []
    })
  })
}

function reportStep(step: StepState, node: NodeState, prefix: string): ReportStep {
  const race = node.attempts.at(-1)?.race
  return {
    id: `${prefix}${node.id}`, step: `${prefix}${step.id}`, kind: step.kind, status: shownStatus(node.status),
    needs: step.needs.map((need) => `${prefix}${need}`), matrix: node.matrix,
    cached: node.cached, reused: node.reused, approval: reportApproval(node),
    started_at: isoTime(node.startedAt), finished_at: isoTime(node.finishedAt), duration_ms: duration(node),
    exit_code: node.exitCode,
    outputs: node.outputs, commit: node.commit, files_changed: [...node.filesChanged], cost_usd: picoToUsd(node.cost),
    agent: step.race ? winner(node.attempts.at(-1)) : (node.agent ?? step.agent), model: node.model, isolation: node.isolation ?? null,
    attempts: node.attempts.map((attempt) => ({
      attempt: attempt.attempt, agent: attempt.agent ?? winner(attempt), status: shownStatus(attempt.status), duration_ms: attempt.durationMs, failure: shownFailure(attempt.failure),
    })),
    checks: node.checks.map(shownCheck),
    program: node.attempts.at(-1)?.program ?? null,
    artifacts: node.attempts.flatMap(({ attempt, artifacts }) => artifacts.map(({ path, bytes }) => ({ attempt, path, bytes }))),
    failure: shownFailure(node.failure),
    ...(race ? { race: shownRace(race) } : {}),
    ...(node.merged ? { merge: shownMerge(node.merged) } : {}),
  }
}

function unexpanded(step: StepState, prefix: string): ReportStep {
  const id = `${prefix}${step.id}`
  return {
    id, step: id, kind: step.kind, status: 'pending', needs: step.needs.map((need) => `${prefix}${need}`), matrix: null, cached: false, reused: null, approval: null,
    started_at: null, finished_at: null, duration_ms: 0, exit_code: null, outputs: {}, commit: null, files_changed: [], cost_usd: 0,
    agent: step.race ? null : step.agent, model: null, isolation: null, program: null, attempts: [], checks: [], artifacts: [], failure: null,
  }
}

function reportApproval(node: NodeState): ReportStep['approval'] {
  const { gate, answer, expiresAt, outputs } = node
  // A node that performs a pipeline waits for the answers to the questions in there.
  if (gate === null && answer === null && typeof outputs.question !== 'string') return null
  const question = gate?.question ?? (typeof outputs.question === 'string' ? outputs.question : null)
  return {
    reason: gate?.reason ?? 'step', question, answer: answer?.answer ?? null, by: answer?.by ?? null, comment: answer?.comment ?? null,
    at: isoTime(answer?.at ?? null), expires_at: isoTime(expiresAt),
  }
}

/** A report knows no `running`: who reads one of an unfinished run learns what is still to come. */
function shownStatus(status: NodeStatus): ReportStep['status'] {
  return status === 'running' ? 'pending' : status
}

function shownCheck(check: CheckResult): ReportStep['checks'][number] {
  return {
    name: check.name, kind: check.kind, status: check.status, gate: check.gate, duration_ms: check.durationMs, exit_code: check.exitCode,
    message: check.message, problems: check.problems.map((problem) => ({ ...problem })),
  }
}

function winner(attempt: AttemptState | undefined): string | null {
  return attempt?.race ? winnerOf(attempt.race) : null
}

/** In the order of the pipeline, however they ended. */
function shownRace({ contestants, decided }: RaceState): NonNullable<ReportStep['race']> {
  const why = new Map(decided?.others.map(({ index, because }) => [index, because]))
  return {
    pick: decided?.pick ?? null, chosen: decided?.chosen ?? null, because: decided?.because ?? null,
    judge: decided?.judge ?? null, judge_cost_usd: picoToUsd(BigInt(decided?.judgeCost ?? 0)),
    contestants: contestants.toSorted((one, other) => one.index - other.index).map((one) => ({
      index: one.index, agent: one.agent, model: one.model, status: one.status,
      because: one.index === decided?.chosen ? 'chosen' : (why.get(one.index) ?? null),
      commit: one.commit, files_changed: [...one.filesChanged], lines: one.lines, cost_usd: picoToUsd(BigInt(one.cost)), duration_ms: one.durationMs,
      checks: one.checks.map(shownCheck), failure: shownFailure(one.failure),
    })),
  }
}

function shownMerge({ sides, policy, outcome, resolver, commit, conflicts }: ChangesMerged): NonNullable<ReportStep['merge']> {
  return {
    sides: sides.map((side) => ({ ...side })), policy, outcome, resolver, commit,
    conflicts: conflicts.map((conflict) => ({ ...conflict, hunks: conflict.hunks.map(({ base, ours, theirs }) => ({ base: { ...base }, ours: { ...ours }, theirs: { ...theirs } })) })),
  }
}

function shownFailure(failure: Failure | null): ReportStep['failure'] {
  return failure && { code: failure.code, message: failure.message }
}

function duration(node: NodeState): number {
  return node.startedAt === null || node.finishedAt === null ? 0 : Math.max(0, node.finishedAt - node.startedAt)
}

export function isoTime(ms: number): string
export function isoTime(ms: number | null): string | null
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
