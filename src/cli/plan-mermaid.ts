import type { Preview } from '../plan/preview.ts'
import { labelLines, pictureIds } from './plan-label.ts'

/** The plan as a Mermaid flowchart; dotted arrows lead to what runs only under a condition. */
export function planMermaid(plan: Preview): string {
  const ids = pictureIds(plan)
  const steps = [...plan.steps.values()]
  const nodes = steps.map((step) => `  ${ids.get(step.id)}["${labelLines(step).map(escaped).join('<br/>')}"]`)
  const edges = steps.flatMap((step) => step.needs.map((need) => `  ${ids.get(need)} ${step.runs === 'surely' ? '-->' : '-.->'} ${ids.get(step.id)}`))
  return `${['flowchart TD', ...nodes, ...edges].join('\n')}\n`
}

/** Whatever could end the label or be read as markup, as an entity of Mermaid. */
function escaped(line: string): string {
  return line.replace(/[^\p{L}\p{M}\p{N} ./,:()?×…_-]/gu, (sign) => `#${sign.codePointAt(0)};`)
}
