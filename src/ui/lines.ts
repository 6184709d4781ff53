import { eventLines, outputPrefix } from './event-lines.ts'
import { createPaint } from './paint.ts'
import { plainLine } from './plain.ts'
import { summaryLines } from './summary.ts'
import type { View, ViewSettings } from './view.ts'

/** One line for each thing that happens, each line that a node prints under its name: for logs, and terminals that can do no more. */
export function createLines(settings: ViewSettings): View {
  const { terminal } = settings
  const paint = createPaint(terminal.color)
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) terminal.write(`${lines.join('\n')}\n`)
  }
  return {
    event: (event, run) => write(eventLines(event, run, paint)),
    output: (node, _stream, line) => write([`${outputPrefix(node, paint)}${plainLine(line)}`]),
    activity: () => {},
    close: async (run) => write(summaryLines(run, settings)),
  }
}
