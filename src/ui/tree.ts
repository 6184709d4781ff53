import type { Clock } from '../base/ports.ts'
import type { Recorded } from '../run/event.ts'
import type { Run } from '../run/run.ts'
import { eventLines } from './event-lines.ts'
import { createLines } from './lines.ts'
import { createPaint } from './paint.ts'
import { summaryLines } from './summary.ts'
import { openBoard } from './tree-board.ts'
import type { Board } from './tree-board.ts'
import { loadTaskLists } from './tree-tasks.ts'
import type { View, ViewSettings } from './view.ts'

/** A tree of more nodes than this is no longer seen at once; its run is told in lines. */
const MOST_NODES = 200

/** How often times and activities are shown anew. */
const TICK_MS = 250

/** Also one in a pipeline that a node performs. */
function isNotice(event: Recorded): boolean {
  return event.type === 'nested' ? isNotice(event.event) : event.type === 'noticed'
}

/** The steps of a run as a tree that stays up to date: time, cost and present activity of each. What was noticed stands below it. */
export async function createTree(settings: ViewSettings, clock: Clock): Promise<View> {
  const openList = await loadTaskLists()
  const { terminal } = settings
  const paint = createPaint(terminal.color)
  const lines = createLines(settings)
  const notices: string[] = []
  let board: Board | undefined
  let cancelTick = (): void => {}
  let isWide = false

  const tick = (): void => {
    board?.refresh()
    cancelTick = clock.after(TICK_MS, tick)
  }
  const event = (happened: Recorded, run: Run): void => {
    if (happened.type === 'run-started' || happened.type === 'run-resumed') {
      isWide = run.nodes.size > MOST_NODES
      terminal.write(`${eventLines(happened, run, paint).join('\n')}\n`)
      if (isWide) return
      board = openBoard((titles) => openList(terminal, titles), paint, clock, run)
      tick()
      return
    }
    if (isWide) lines.event(happened, run)
    else if (isNotice(happened)) notices.push(...eventLines(happened, run, paint))
  }
  return {
    event,
    output: (node, stream, line) => (isWide ? lines.output(node, stream, line) : board?.activity(node, line)),
    activity: (node, text) => board?.activity(node, text),
    close: async (run) => {
      cancelTick()
      await board?.close()
      terminal.write(`${[...notices, ...summaryLines(run, settings)].join('\n')}\n`)
    },
  }
}
