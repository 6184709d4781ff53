import type { Clock, Files, Patterns, Processes } from '../base/ports.ts'
import type { Problem } from '../base/problem.ts'
import type { CheckOrder, Verdict } from './check.ts'
import { prepareEvidence } from './evidence.ts'
import { execute } from './execute.ts'
import type { CheckIo, Execution } from './execute.ts'
import { judge } from './judge.ts'

/** More problems help nobody; those that are left out are counted in the message. */
const MOST_PROBLEMS = 1000

export interface CheckPorts {
  readonly processes: Processes
  readonly files: Files
  readonly clock: Clock
  readonly patterns: Patterns
}

/**
 * Makes one check. The exit code and `expect` decide, not the problems: errors in a report whose tool ended as expected do
 * not fail a check, and warnings do not save one. What hinders the checking itself fails it: a missing program, the time,
 * a report that is missing, older than the check, unreadable or without a test.
 */
export async function runCheck(order: CheckOrder, ports: CheckPorts, io: CheckIo): Promise<Verdict> {
  const start = ports.clock.elapsed()
  const finding = await find(order, ports, io)
  return {
    name: order.name,
    kind: order.kind,
    status: finding.reasons.length === 0 ? 'passed' : 'failed',
    gate: order.gate,
    durationMs: Math.round(ports.clock.elapsed() - start),
    exitCode: finding.execution?.exitCode ?? null,
    message: finding.reasons.length === 0 ? null : finding.reasons.join('; '),
    problems: finding.problems,
    output: finding.execution?.shown ?? '',
  }
}

interface Finding {
  readonly reasons: readonly string[]
  readonly problems: readonly Problem[]
  readonly execution?: Execution
}

async function find(order: CheckOrder, ports: CheckPorts, io: CheckIo): Promise<Finding> {
  if (io.signal.aborted) return { reasons: ['was cancelled'], problems: [] }
  const evidence = await prepareEvidence(order, ports.files)
  const execution = await execute(order, ports, io)
  if (!execution.ok) return { reasons: [execution.error], problems: [] }
  const reasons = await judge(order, execution.value, ports.patterns)
  if (execution.value.stopped !== null) return { reasons, problems: [], execution: execution.value }
  const read = await evidence.read(execution.value)
  if (!read.ok) return { reasons: [...reasons, read.error], problems: [], execution: execution.value }
  const problems = worstFirst(read.value).slice(0, MOST_PROBLEMS)
  const isCut = read.value.length > problems.length
  const note = isCut ? [`the first ${problems.length} of ${read.value.length} problems are kept`] : []
  return { reasons: reasons.length === 0 ? [] : [...reasons, ...note], problems, execution: execution.value }
}

function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_PROBLEMS) return problems
  return [...problems.filter(({ severity }) => severity === 'error'), ...problems.filter(({ severity }) => severity !== 'error')]
}
