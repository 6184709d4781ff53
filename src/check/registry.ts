import { eslintJsonReport } from './report-eslint-json.ts'
import type { ReportFormat } from './report-format.ts'
import { junitReport } from './report-junit.ts'
import { sarifReport } from './report-sarif.ts'
import { tscReport } from './report-tsc.ts'

/** The report formats by the word that the author writes. */
export const reportFormats: ReadonlyMap<string, ReportFormat> = new Map([
  ['tsc', tscReport],
  ['eslint-json', eslintJsonReport],
  ['junit', junitReport],
  ['sarif', sarifReport],
])
