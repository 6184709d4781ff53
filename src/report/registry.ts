import type { Run } from '../run/run.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import { markdownReport } from './markdown.ts'

/** The formats of `--report FORMAT=PATH`: a run as text. */
export const reportFormats = {
  json: (run: Run, extras: ReportExtras): string => `${JSON.stringify(jsonReport(run, extras), null, 2)}\n`,
  markdown: markdownReport,
} as const

export type ReportFormat = keyof typeof reportFormats

export function isReportFormat(name: string): name is ReportFormat {
  return Object.hasOwn(reportFormats, name)
}
