import { buildDuration } from './build-values.ts'
import type { CheckKind, CheckReportSpec, CheckSpec } from './check-spec.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

type CheckText = NonNullable<PipelineText['checks']>[string]

const KINDS: readonly string[] = ['syntax', 'types', 'lint', 'tests'] satisfies CheckKind[]
const TIMEOUT_MS = 600_000

export function buildCheck(name: string, check: CheckText): CheckSpec {
  return {
    name,
    kind: check.kind ?? (KINDS.includes(name) ? (name as CheckKind) : 'custom'),
    run: check.run,
    timeoutMs: buildDuration(check.timeout) ?? TIMEOUT_MS,
    expect: {
      exitCode: check.expect?.exit_code ?? 0,
      stdoutMatches: check.expect?.stdout_matches,
      stderrMatches: check.expect?.stderr_matches,
      notMatches: check.expect?.not_matches,
    },
    report: buildReport(check.report),
    gate: check.gate ?? 'block',
  }
}

/** `junit:reports/*.xml` names files, `tsc` what is printed. */
function buildReport(report: string | undefined): CheckReportSpec | undefined {
  if (report === undefined) return undefined
  const colon = report.indexOf(':')
  return colon < 0 ? { format: report, path: undefined } : { format: report.slice(0, colon), path: report.slice(colon + 1) }
}
