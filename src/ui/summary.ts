import { formatDuration } from '../base/duration.ts'
import { formatUsd } from '../base/money.ts'
import { shownNodes, spentOrHeld } from '../run/nested-runs.ts'
import type { NodeStatus, Run } from '../run/run.ts'
import { stopWords } from './event-lines.ts'
import { createPaint, statusStyle } from './paint.ts'
import { plainLine } from './plain.ts'
import type { ViewSettings } from './view.ts'

const ORDER: readonly NodeStatus[] = ['passed', 'failed', 'cancelled', 'skipped', 'running', 'pending']

/** More failures than this are for the report. */
const MOST_FAILURES = 20

/** The last lines of every view: how the run ended, what it cost, what failed, what to do next, and where the report is. */
export function summaryLines(run: Run, settings: ViewSettings): string[] {
  const paint = createPaint(settings.terminal.color)
  const failures = shownNodes(run).filter(({ node }) => node.status === 'failed')
  const told = failures.slice(0, MOST_FAILURES).map(({ id, node, isTolerated }) => {
    const label = isTolerated ? paint('yellow', 'warning:') : paint('red', 'error:')
    return `  ${label} ${plainLine(id)}: ${plainLine(node.failure?.message ?? 'it failed')}`
  })
  if (failures.length > told.length) told.push(`  and ${failures.length - told.length} more that failed`)
  return [
    `${paint(statusStyle(run.status), run.status)}${facts(run)}`,
    ...(run.stopping ? [`  stopped: ${stopWords(run.stopping)}`] : []),
    ...told,
    ...(run.status === 'passed' ? [] : [`  next: ${plainLine(settings.resume)}`]),
    ...(settings.report === null ? [] : [`  report: ${plainLine(settings.report)}`]),
  ]
}

function facts(run: Run): string {
  const cost = spentOrHeld(run)
  const counts = ORDER.flatMap((status) => {
    const count = [...run.nodes.values()].filter((node) => node.status === status).length
    return count === 0 ? [] : [`${count} ${status}`]
  })
  const time = run.finishedAt === null ? '' : ` in ${formatDuration(Math.max(0, run.finishedAt - run.startedAt))}`
  return `${time}${cost === 0n ? '' : `, ${formatUsd(cost)}`}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`
}
