import type { Run, StepState } from '../../run/run.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'

const WIDTH = 170
const HEIGHT = 34
const GAP = { x: 50, y: 14 }
/** A larger drawing tells nobody anything. */
const MOST_STEPS = 150

/** The steps and what they need, from left to right. */
export function graph(run: Run): Markup {
  if (run.steps.size > MOST_STEPS) return html`<p class="soft">${run.steps.size} steps are too many to draw.</p>`
  const places = placesOf(run)
  const columns = Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1
  const rows = Math.max(0, ...[...places.values()].map(({ row }) => row)) + 1
  const [width, height] = [columns * (WIDTH + GAP.x) - GAP.x + 4, rows * (HEIGHT + GAP.y) - GAP.y + 4]
  const edges = [...run.steps.values()].flatMap((step) => step.needs.flatMap((need) => edge(places.get(need), places.get(step.id))))
  const boxes = [...run.steps.values()].map((step) => box(run, step, places.get(step.id) ?? { column: 0, row: 0 }))
  return html`<div class="scroll" tabindex="0" role="group" aria-label="graph of the steps">
<svg width="${width}" height="${height}" viewBox="-2 -2 ${width} ${height}" role="img" aria-label="${run.steps.size} steps and what they need">${edges}${boxes}</svg></div>`
}

interface Place {
  readonly column: number
  readonly row: number
}

/** A step stands one column after the last one that it needs. The plan's order has needs first only by habit, so until nothing moves. */
function placesOf(run: Run): Map<string, Place> {
  const depth = new Map([...run.steps.keys()].map((id) => [id, 0]))
  const waiting = new Map([...run.steps.values()].map((step) => [step.id, step.needs.length]))
  const order = [...run.steps.keys()].filter((id) => waiting.get(id) === 0)
  for (const id of order) {
    for (const dependent of run.steps.get(id)?.dependents ?? []) {
      depth.set(dependent, Math.max(depth.get(dependent) ?? 0, (depth.get(id) ?? 0) + 1))
      const left = (waiting.get(dependent) ?? 0) - 1
      waiting.set(dependent, left)
      if (left === 0) order.push(dependent)
    }
  }
  const rows = new Map<number, number>()
  return new Map([...depth].map(([id, column]) => {
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    return [id, { column, row }]
  }))
}

function corner({ column, row }: Place): { readonly x: number; readonly y: number } {
  return { x: column * (WIDTH + GAP.x), y: row * (HEIGHT + GAP.y) }
}

function edge(from: Place | undefined, to: Place | undefined): Markup[] {
  if (!from || !to) return []
  const start = { x: corner(from).x + WIDTH, y: corner(from).y + HEIGHT / 2 }
  const end = { x: corner(to).x, y: corner(to).y + HEIGHT / 2 }
  const middle = (start.x + end.x) / 2
  return [html`<path d="M${start.x} ${start.y} C${middle} ${start.y} ${middle} ${end.y} ${end.x} ${end.y}"/>`]
}

function box(run: Run, step: StepState, place: Place): Markup {
  const { x, y } = corner(place)
  const status = statusOf(run, step)
  const label = step.id.length > 21 ? `${step.id.slice(0, 20)}…` : step.id
  return html`<g class="${status}"><title>${step.id}: ${status}</title><rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="6"/><text x="${x + 10}" y="${y + 22}">${label}</text></g>`
}

const WORDS = { passed: 'passed', failed: 'failed', skipped: 'skipped', blocked: 'skipped' } as const

function statusOf(run: Run, step: StepState): string {
  const nodes = (step.nodes ?? []).flatMap((id) => run.nodes.get(id) ?? [])
  if (nodes.some(({ status }) => status === 'waiting')) return 'waiting'
  if (nodes.some(({ status }) => status === 'failed')) return 'failed'
  return step.outcome === null ? 'pending' : WORDS[step.outcome]
}
