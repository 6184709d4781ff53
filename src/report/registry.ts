import type { Run } from '../run/run.ts'
import { htmlReport } from './html.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import { junitReport } from './junit.ts'
import { markdownReport } from './markdown.ts'
import { sarifReport } from './sarif.ts'

/** The formats of `--report FORMAT=PATH`: a run as text. */
export const reportFormats = {
  json: (run: Run, extras: ReportExtras): string => `${JSON.stringify(jsonReport(run, extras), null, 2)}\n`,
  junit: junitReport,
  sarif: sarifReport,
  markdown: markdownReport,
  html: htmlReport,
} as const

export type ReportFormat = keyof typeof reportFormats

/** The formats that show what was kept with the nodes (`ReportExtras.kept`). */
export const showsKept: ReadonlySet<ReportFormat> = new Set(['html'])

export function isReportFormat(name: string): name is ReportFormat {
  return Object.hasOwn(reportFormats, name)
}
