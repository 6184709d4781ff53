import type { Problem } from '../base/problem.ts'
import type { Result } from '../base/result.ts'
import type { Places } from './places.ts'

/** How the report of a tool is read. A new format is one file with one such value, and one line in `registry.ts`. */
export interface ReportFormat {
  /** On standard output, or in files that match the check's glob. */
  readonly source: 'stdout' | 'files'
  parse(text: string, context: ReportContext): Promise<Result<Report, string>>
}

export interface ReportContext {
  readonly places: Places
  /** Of the report's file, relative to the folder in which the check ran; empty for standard output. */
  readonly path: string
}

/** An error of parsing is the end of a sentence that begins with the report's name: `is no JUnit report`. */
export interface Report {
  readonly problems: readonly Problem[]
  /** How many things were judged, where the format tells: a report of no test at all proves nothing. */
  readonly judged: number | undefined
}
