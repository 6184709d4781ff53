import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import type { Problem } from '../base/problem.ts'
import type { Result } from '../base/result.ts'
import { err, ok } from '../base/result.ts'
import type { CheckOrder } from './check.ts'
import type { Execution } from './execute.ts'
import { findFiles } from './glob.ts'
import { createPlaces } from './places.ts'
import type { Places } from './places.ts'
import { reportFormats } from './registry.ts'
import type { Report, ReportFormat } from './report-format.ts'
import { parseTsc } from './report-tsc.ts'

const LARGEST_FILE = 10 * 1024 * 1024
const LARGEST_REPORT = 50 * 1024 * 1024

/** Looks at a check's report files before the check runs, to tell those that it wrote from what lay there. */
export interface Evidence {
  /** The problems that the check named; an error says why its report proves nothing. */
  read(execution: Execution): Promise<Result<readonly Problem[], string>>
}

export async function prepareEvidence(order: CheckOrder, files: Files): Promise<Evidence> {
  const wanted = order.report
  const format = wanted === undefined ? undefined : reportFormats.get(wanted.format)
  const glob = wanted?.path ?? ''
  const before = format?.source === 'files' ? await stampsOf(files, order.cwd, glob) : new Map<string, string>()
  return {
    read: async (execution) => {
      const places = await createPlaces(files, order.root, order.cwd)
      // Compilers are known by their lines, so a check of types need not say that it prints them.
      if (wanted === undefined) return ok(order.kind === 'types' ? parseTsc(execution.stdout.text, places) : [])
      if (format === undefined) return err(`\`${wanted.format}\` is no report format`)
      if (format.source === 'stdout') return problemsOf(await readOutput(format, wanted.format, execution, places))
      return readFiles({ order, files, format, places, glob, before })
    },
  }
}

async function readOutput(format: ReportFormat, name: string, { stdout }: Execution, places: Places): Promise<Result<Report, string>> {
  if (stdout.isCut) return err(`standard output is too long to be read as \`${name}\``)
  const report = await format.parse(stdout.text, { places, path: '' })
  return report.ok ? report : err(`standard output ${report.error}`)
}

interface Reading {
  readonly order: CheckOrder
  readonly files: Files
  readonly format: ReportFormat
  readonly places: Places
  readonly glob: string
  readonly before: ReadonlyMap<string, string>
}

async function readFiles({ order, files, format, places, glob, before }: Reading): Promise<Result<readonly Problem[], string>> {
  const after = await stampsOf(files, order.cwd, glob)
  const written = [...after].filter(([path, stamp]) => before.get(path) !== stamp).map(([path]) => path)
  if (after.size === 0) return err(`no file matches the report \`${glob}\``)
  if (written.length === 0) return err(`no file that matches the report \`${glob}\` was written by this check: those there are older`)
  const problems: Problem[] = []
  let judged: number | undefined
  let size = 0
  for (const path of written) {
    const text = await readReport(files, join(order.cwd, path))
    if (!text.ok) return err(`the report \`${path}\` ${text.error}`)
    size += text.value.length
    if (size > LARGEST_REPORT) return err(`the reports \`${glob}\` are larger than 50 MiB`)
    const report = await format.parse(text.value, { places, path })
    if (!report.ok) return err(`the report \`${path}\` ${report.error}`)
    problems.push(...report.value.problems)
    if (report.value.judged !== undefined) judged = (judged ?? 0) + report.value.judged
  }
  return judged === 0 ? err(`the report \`${glob}\` names no test`) : ok(problems)
}

function problemsOf(report: Result<Report, string>): Result<readonly Problem[], string> {
  return report.ok ? ok(report.value.problems) : report
}

/** What changes when a file is written again. */
async function stampsOf(files: Files, folder: string, glob: string): Promise<Map<string, string>> {
  const stamps = new Map<string, string>()
  for (const path of await findFiles(files, folder, glob)) {
    const stat = await files.stat(join(folder, path))
    if (stat) stamps.set(path, `${stat.modifiedMs} ${stat.size}`)
  }
  return stamps
}

async function readReport(files: Files, path: string): Promise<Result<string, string>> {
  try {
    const bytes = await files.readBytes(path, LARGEST_FILE + 1)
    return bytes.length > LARGEST_FILE ? err('is larger than 10 MiB') : ok(bytes.toString('utf8'))
  } catch (error) {
    if (error instanceof PortError) return err(`cannot be read (${error.code})`)
    throw error
  }
}
