import type { ReportProblem } from './vocabulary/report.ts'

/** A finding as one line, its place first: `src/a.ts:3:1: error: expected 2 (no-magic)`. */
export function problemLine({ file, line, column, severity, message, rule }: ReportProblem): string {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  return `${place === '' ? '' : `${place}: `}${severity}: ${message}${rule === null ? '' : ` (${rule})`}`
}
