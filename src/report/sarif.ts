import { createHash } from 'node:crypto'
import { pathUri } from '../base/uri.ts'
import type { Run } from '../run/run.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import type { Report, ReportCheck, ReportProblem } from './vocabulary/report.ts'

/** A code scanning service shows no more of one file, and refuses it when there are many more. */
const MOST_RESULTS = 5000

/**
 * SARIF 2.1.0 as code scanning services read it: the findings of the last verdict of every check, those with a place in a file
 * as results, and all that went wrong without one as notifications of the invocation.
 */
export function sarifReport(run: Run, extras: ReportExtras): string {
  const report = jsonReport(run, extras)
  const found = report.steps.flatMap(({ id, checks }) => checks.flatMap((check) => check.problems.map((problem) => ({ step: id, check, problem }))))
  const placed = found.filter(isPlaced)
  const rules = [...new Set(placed.map(({ check, problem }) => ruleOf(check, problem)))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'orch-run', rules: rules.map((id) => ({ id })) } },
      automationDetails: { id: `${report.run.pipeline}/${report.run.id}` },
      columnKind: 'unicodeCodePoints',
      invocations: [invocation(report, [...found.filter((one) => !isPlaced(one)).map(({ check, problem }) => notification(problem.severity, `check-${check.name}`, problem.message))])],
      results: unique(placed).slice(0, MOST_RESULTS).map((one) => resultOf(one, rules)),
    }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

interface Found {
  readonly step: string
  readonly check: ReportCheck
  readonly problem: ReportProblem
}

type Placed = Found & { readonly problem: { readonly file: string } }

function isPlaced(found: Found): found is Placed {
  return found.problem.file !== null && !found.problem.file.startsWith('../')
}

function ruleOf(check: ReportCheck, { rule }: ReportProblem): string {
  return `${check.name}/${rule ?? check.kind}`
}

/** The same finding of a matrix' cells, or of a check that is made again after a merge, is one. */
function unique(all: readonly Placed[]): Placed[] {
  return [...new Map(all.map((one) => [fingerprint(one), one])).values()]
}

function fingerprint({ check, problem }: Placed): string {
  const { file, line, message } = problem
  return createHash('sha256').update(JSON.stringify([ruleOf(check, problem), file, line, message])).digest('hex').slice(0, 32)
}

function resultOf(found: Placed, rules: readonly string[]): object {
  const { step, check, problem } = found
  const ruleId = ruleOf(check, problem)
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: check.gate === 'warn' ? 'warning' : problem.severity,
    message: { text: problem.message },
    locations: [{ physicalLocation: { artifactLocation: { uri: pathUri(problem.file) }, ...regionOf(problem) } }],
    partialFingerprints: { 'orchRun/v1': fingerprint(found) },
    properties: { step, check: check.name },
  }
}

function regionOf({ line, column }: ReportProblem): object {
  return line === null ? {} : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } }
}

function invocation({ run, exceptions }: Report, unplaced: readonly object[]): object {
  const told = exceptions.map(({ severity, step, code, message }) => notification(severity, code, step === null ? message : `${step}: ${message}`))
  return {
    executionSuccessful: run.status === 'passed',
    startTimeUtc: run.started_at,
    ...(run.finished_at === null ? {} : { endTimeUtc: run.finished_at }),
    ...(run.exit_code === null ? {} : { exitCode: run.exit_code }),
    toolExecutionNotifications: [...told, ...unplaced],
  }
}

function notification(level: 'error' | 'warning', id: string, text: string): object {
  return { level, descriptor: { id }, message: { text } }
}
