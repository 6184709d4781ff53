import type { Toolbox } from '../agent/tool.ts'
import type { Clock } from '../base/ports.ts'
import type { AgentWork, Handover, ToolUse } from '../run/team.ts'
import { handoverOf } from './handover.ts'
import type { StallWatch } from './stall-watch.ts'

/** Counts what an agent does in one attempt. */
export interface WorkCount {
  turn(): void
  /** What it said, or was told of its work: the last of it is what others learn who take over. */
  said(text: string): void
  /** The same tools; each call is counted and timed, and no stall while it lasts. */
  measured(toolbox: Toolbox, watch: Pick<StallWatch, 'pause' | 'resume'>): Toolbox
  soFar(): AgentWork
  /** For whoever takes over, with the files that it had changed. */
  handover(files: readonly string[]): Handover
}

/** So many characters of what was said last are kept. */
const MOST_WORDS = 4000

export function createWorkCount(clock: Pick<Clock, 'elapsed'>): WorkCount {
  const tools = new Map<string, ToolUse>()
  let turns = 0
  let words = ''
  const add = (name: string, isError: boolean, durationMs: number): void => {
    const { calls, errors, durationMs: before } = tools.get(name) ?? { calls: 0, errors: 0, durationMs: 0 }
    tools.set(name, { calls: calls + 1, errors: errors + (isError ? 1 : 0), durationMs: before + durationMs })
  }
  return {
    turn: () => void (turns += 1),
    said: (text) => void (words = `${words}${text}`.slice(-MOST_WORDS)),
    measured(toolbox, watch) {
      const measured = [...toolbox.tools].map(([name, tool]) => [name, {
        ...tool,
        async run(...input: Parameters<typeof tool.run>) {
          const began = clock.elapsed()
          watch.pause()
          let isError = true
          try {
            const answer = await tool.run(...input)
            isError = answer.isError
            return answer
          } finally {
            watch.resume()
            add(name, isError, Math.round(clock.elapsed() - began))
          }
        },
      }] as const)
      return { ...toolbox, tools: new Map(measured) }
    },
    handover: (files) => handoverOf(words, files),
    soFar: () => ({ turns, tools: Object.fromEntries(tools) }),
  }
}
