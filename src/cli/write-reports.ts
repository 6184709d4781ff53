import { dirname, resolve } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { Redactor } from '../base/redact.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Run } from '../run/run.ts'
import { resumeCommand } from '../report/next-command.ts'
import { isReportFormat, reportFormats, showsKept } from '../report/registry.ts'
import type { ReportFormat } from '../report/registry.ts'
import type { RunFolder } from '../store/store.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { keptTexts } from './kept-texts.ts'
import type { RunOptions } from './run-options.ts'
import { Stop } from './stop.ts'

/** Writes `report.json` into the run's folder, the reports that were asked for, and with `--json` the report on standard output. */
export async function writeReports(
  files: Files, folder: RunFolder, run: Run, options: Pick<RunOptions, 'json' | 'stateDir'> & { readonly reports: readonly WantedReport[] }, redactor: Redactor,
): Promise<void> {
  const showsAny = options.reports.some(({ format }) => showsKept.has(format))
  const extras = { resume: resumeCommand(run.id, options.stateDir), ...(showsAny ? { kept: await keptTexts(files, folder.path, run) } : {}) }
  const json = redactor.text(reportFormats.json(run, extras))
  await folder.saveReport(json)
  for (const { format, path } of options.reports) {
    try {
      const place = resolve(process.cwd(), path)
      await files.makeFolder(dirname(place))
      await files.replace(place, format === 'json' ? json : redactor.text(reportFormats[format](run, extras)), 0o644, folder.path)
    } catch (error) {
      if (!(error instanceof PortError)) throw error
      complain(`the report \`${path}\` cannot be written: ${error.message}`)
    }
  }
  if (options.json === true) process.stdout.write(json)
}

export interface WantedReport {
  readonly format: ReportFormat
  /** Relative to where the program was started. */
  readonly path: string
}

/** Those of the command line, and of the pipeline those of other formats. */
export function allReports(texts: readonly string[], declared: Pipeline['reports']): WantedReport[] {
  const wanted = wantedReports(texts)
  const others = (Object.entries(declared) as [ReportFormat, string][]).filter(([format]) => !wanted.some((report) => report.format === format))
  return [...wanted, ...others.map(([format, path]) => ({ format, path }))]
}

/** `FORMAT=PATH` of each `--report`; anything else ends the command before the run. */
export function wantedReports(texts: readonly string[]): WantedReport[] {
  return texts.map((text) => {
    const at = text.indexOf('=')
    const format = text.slice(0, Math.max(at, 0))
    const path = text.slice(at + 1)
    if (at < 1 || path === '' || !isReportFormat(format)) throw new Stop(EXIT.invalid, `\`--report ${text}\` must be FORMAT=PATH with a format that exists`, `formats: ${Object.keys(reportFormats).join(', ')}`)
    return { format, path }
  })
}
