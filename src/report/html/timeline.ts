import { formatDuration } from '../../base/duration.ts'
import { shownNodes } from '../../run/nested-runs.ts'
import type { AttemptState, Run } from '../../run/run.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'

/** When each attempt ran, as bars over the time of the run: a Gantt chart. What never began has no bar. */
export function timeline(run: Run): Markup {
  const rows = shownNodes(run).flatMap(({ id, node }) => (node.attempts.length === 0 ? [] : [{ id, node }]))
  if (rows.length === 0) return html`<p class="soft">Nothing was started.</p>`
  const began = Math.min(...rows.flatMap(({ node }) => node.attempts.map(({ startedAt }) => startedAt)))
  const ended = Math.max(began + 1, run.finishedAt ?? 0, ...rows.flatMap(({ node }) => node.attempts.map((attempt) => attempt.startedAt + attempt.durationMs)))
  const bars = rows.map(({ id, node }) => html`
<span class="name" title="${id}">${id}</span>
<span class="track">${node.attempts.map((attempt) => bar(attempt, began, ended))}</span>
<span class="time soft">${formatDuration(node.attempts.reduce((sum, { durationMs }) => sum + durationMs, 0))}</span>`)
  return html`<div class="chart">${bars}</div>`
}

function bar({ attempt, status, startedAt, durationMs }: AttemptState, began: number, ended: number): Markup {
  const share = (ms: number): string => ((100 * ms) / (ended - began)).toFixed(3)
  const label = `attempt ${attempt}: ${status}, ${formatDuration(durationMs)}`
  return html`<span class="bar ${status}" style="left:${share(startedAt - began)}%;width:${share(durationMs)}%" title="${label}"></span>`
}
