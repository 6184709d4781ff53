import { formatDuration } from '../base/duration.ts'
import { formatUsd } from '../base/money.ts'
import type { StopCause } from '../run/event.ts'
import { allRuns, shownNodes } from '../run/nested-runs.ts'
import type { AttemptState, Run } from '../run/run.ts'
import { approveCommand } from './next-command.ts'
import type { ReportException } from './vocabulary/report.ts'

/** What waits for a person: why the run stopped, what failed, what was noticed, each with the command that could follow. */
export function reportExceptions(run: Run, resume: string): ReportException[] {
  const next = run.status === 'passed' ? null : resume
  const stopping = run.stopping ? [{ severity: 'error' as const, step: null, ...stopWords(run.stopping), tried: [], next }] : []
  const failures = shownNodes(run).flatMap(({ id, isTolerated, node: { status, failure, attempts } }): ReportException[] => {
    if (status !== 'failed' || !failure) return []
    return [{ severity: isTolerated ? 'warning' : 'error', step: id, code: failure.code, message: failure.message, tried: attempts.map(triedWords), next }]
  })
  const questions = shownNodes(run).flatMap(({ id, run: own, node: { id: name, status, outputs, gate } }): ReportException[] => {
    if (status !== 'waiting' || own.nested.has(name)) return []
    const asked = gate?.question ?? outputs.question
    const message = typeof asked === 'string' ? asked : 'it waits for approval'
    return [{ severity: 'warning', step: id, code: 'approval-needed', message, tried: [], next: approveCommand(run.id, id, resume) }]
  })
  const notices = allRuns(run).flatMap(({ run: one, prefix }) => one.notices.map(({ severity, step, code, message }) => {
    return { severity, step: step === null ? prefix.slice(0, -1) || null : `${prefix}${step}`, code, message, tried: [], next: severity === 'error' ? next : null }
  }))
  return [...stopping, ...questions, ...failures, ...interruptedCalls(run), ...notices]
}

function triedWords({ attempt, agent, status, failure }: AttemptState): string {
  return `attempt ${attempt}${agent === null ? '' : ` by ${agent}`}: ${failure ? `${failure.code}: ${failure.message}` : status}`
}

/** What was paid for, perhaps, and brought nothing. */
function interruptedCalls(run: Run): ReportException[] {
  return allRuns(run).flatMap(({ run: one, prefix }) => [...one.calls.values()].flatMap(({ basis, node, provider, model, hold }): ReportException[] => {
    if (basis !== 'interrupted') return []
    const message = `a call of \`${provider}/${model}\` was interrupted: all that was held for it, ${formatUsd(hold)}, stays charged`
    return [{ severity: 'warning', step: `${prefix}${node}`, code: 'interrupted', message, tried: [], next: null }]
  }))
}

function stopWords(cause: StopCause): { code: string; message: string } {
  switch (cause.kind) {
    case 'signal': return { code: 'cancelled', message: `the run was ended by ${cause.signal}` }
    case 'timeout': return { code: 'run-timeout', message: `the run did not end within its timeout of ${formatDuration(cause.afterMs)}` }
    case 'budget': return { code: 'budget-exceeded', message: cause.message }
    case 'quota': return { code: 'quota-exhausted', message: cause.message }
  }
}
