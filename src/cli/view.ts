import { relative, join } from 'node:path'
import type { Clock } from '../base/ports.ts'
import { resumeCommand } from '../report/next-command.ts'
import { views } from '../ui/registry.ts'
import type { View, ViewSettings } from '../ui/view.ts'
import { colorWanted } from './complain.ts'
import type { RunOptions } from './run-options.ts'

/** The view that was asked for; everything it shows goes to standard error. */
export async function openView(ui: RunOptions['ui'], settings: ViewSettings, clock: Clock): Promise<View> {
  return views[ui](settings, clock)
}

/** Where a run is shown, how it can go on and where its report will be. */
export function viewSettings(run: string, folder: string, stateDir: string, env: Readonly<Record<string, string>>): ViewSettings {
  const { stderr } = process
  const terminal = {
    write: (text: string) => void stderr.write(text), color: colorWanted(stderr),
    interactive: stderr.isTTY && env.TERM !== 'dumb' && !inCi(env),
    // A person may change the size of the window at any time.
    get columns() { return stderr.columns ?? 100 },
    get rows() { return stderr.rows ?? 24 },
  }
  return { terminal, resume: resumeCommand(run, stateDir), report: relative(process.cwd(), join(folder, 'report.json')) }
}

/** Whether a CI system says that it is one. */
export function inCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false'
}
