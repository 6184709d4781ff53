import { resumeCommand } from '../report/next-command.ts'
import { reportFormats } from '../report/registry.ts'
import { summaryLines } from '../ui/summary.ts'
import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { orStop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'
import { viewSettings } from './view.ts'

/** Shows one run as it stands in its journal. */
export async function showCommand(id: string, options: { readonly stateDir: string; readonly json?: boolean }): Promise<number> {
  return orStop(async () => {
    const store = await stateStore(realPorts(environment()), process.cwd(), options.stateDir)
    const { run, warnings } = unwrap(await store.readRun(id))
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write(options.json === true ? reportFormats.json(run, { resume: resumeCommand(id, options.stateDir) }) : `${summaryLines(run, viewSettings(id, store.folderOf(id), options.stateDir, environment())).join('\n')}\n`)
    return EXIT.passed
  })
}
