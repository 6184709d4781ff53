import { resolve } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { Redactor } from '../base/redact.ts'
import type { Run } from '../run/run.ts'
import { resumeCommand } from '../report/next-command.ts'
import { isReportFormat, reportFormats } from '../report/registry.ts'
import type { ReportFormat } from '../report/registry.ts'
import type { RunFolder } from '../store/store.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'
import type { RunOptions } from './run-options.ts'
import { Stop } from './stop.ts'

/** Writes `report.json` into the run's folder, the reports that were asked for, and with `--json` the report on standard output. */
export async function writeReports(
  files: Files, folder: RunFolder, run: Run, options: Pick<RunOptions, 'json' | 'report' | 'stateDir'>, redactor: Redactor,
): Promise<void> {
  const extras = { resume: resumeCommand(run.id, options.stateDir) }
  const json = redactor.text(reportFormats.json(run, extras))
  await folder.saveReport(json)
  for (const { format, path } of wantedReports(options.report)) {
    try {
      await files.replace(resolve(process.cwd(), path), format === 'json' ? json : redactor.text(reportFormats[format](run, extras)), 0o644)
    } catch (error) {
      if (!(error instanceof PortError)) throw error
      complain(`the report \`${path}\` cannot be written: ${error.message}`)
    }
  }
  if (options.json === true) process.stdout.write(json)
}

/** `FORMAT=PATH` of each `--report`; anything else ends the command before the run. */
export function wantedReports(texts: readonly string[]): { format: ReportFormat; path: string }[] {
  return texts.map((text) => {
    const at = text.indexOf('=')
    const format = text.slice(0, Math.max(at, 0))
    const path = text.slice(at + 1)
    if (at < 1 || path === '' || !isReportFormat(format)) throw new Stop(EXIT.invalid, `\`--report ${text}\` must be FORMAT=PATH with a format that exists`, `formats: ${Object.keys(reportFormats).join(', ')}`)
    return { format, path }
  })
}
