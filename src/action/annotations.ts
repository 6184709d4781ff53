import { error, warning } from '@actions/core'
import { neutralLine } from '../base/neutral.ts'
import type { Report } from '../report/vocabulary/report.ts'

/** GitHub shows no more of each kind for one step of a job. */
const MOST = 10

/** The findings of failed checks at their lines, those with a place first; what is left out is said to be. */
export function annotate(report: Report): void {
  const all = report.steps.flatMap((step) => step.checks.filter(({ status }) => status === 'failed').flatMap((check) =>
    check.problems.map((problem) => ({ ...problem, title: `${check.name} (${step.id})`, severity: check.gate === 'warn' ? 'warning' as const : problem.severity }))))
  for (const [severity, write] of [['error', error], ['warning', warning]] as const) {
    const found = all.filter((problem) => problem.severity === severity).sort((one, other) => Number(one.file === null) - Number(other.file === null))
    for (const { file, line, column, title, message, rule } of found.slice(0, MOST - 1)) {
      write(`${message}${rule === null ? '' : ` (${rule})`}`, {
        title: neutralLine(title), ...(file === null ? {} : { file }), ...(line === null ? {} : { startLine: line }), ...(column === null ? {} : { startColumn: column }),
      })
    }
    if (found.length >= MOST) write(`${found.length - MOST + 1} more findings are in the report`, { title: 'orch-run' })
  }
}
