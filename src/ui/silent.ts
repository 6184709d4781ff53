import { summaryLines } from './summary.ts'
import type { View, ViewSettings } from './view.ts'

/** Nothing while all goes well; a run that did not pass is told in its last lines. */
export function createSilent(settings: ViewSettings): View {
  return {
    event: () => {},
    output: () => {},
    activity: () => {},
    close: async (run) => {
      if (run.status !== 'passed') settings.terminal.write(`${summaryLines(run, settings).join('\n')}\n`)
    },
  }
}
