import { resumeCommand } from '../report/next-command.ts'
import { isReportFormat, reportFormats, showsKept } from '../report/registry.ts'
import { EXIT } from './exit-code.ts'
import { keptTexts } from './kept-texts.ts'
import { environment, realPorts } from './ports.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'

/** Prints a report of a run, ended or not, made from what its folder holds. */
export async function reportCommand(id: string, options: { readonly stateDir: string; readonly format: string }): Promise<number> {
  return orStop(async () => {
    const { format } = options
    if (!isReportFormat(format)) throw new Stop(EXIT.invalid, `there is no report format \`${format}\``, `formats: ${Object.keys(reportFormats).join(', ')}`)
    const ports = realPorts(environment())
    const store = await stateStore(ports, process.cwd(), options.stateDir)
    const { run, warnings } = unwrap(await store.readRun(id))
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
    const kept = showsKept.has(format) ? { kept: await keptTexts(ports.files, store.folderOf(id), run) } : {}
    process.stdout.write(reportFormats[format](run, { resume: resumeCommand(id, options.stateDir), ...kept }))
    return EXIT.passed
  })
}
