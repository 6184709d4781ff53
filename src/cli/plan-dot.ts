import type { Preview } from '../plan/preview.ts'
import { labelLines, pictureIds } from './plan-label.ts'

/** The plan in the language of Graphviz, each wave on one rank; dashed arrows lead to what runs only under a condition. */
export function planDot(plan: Preview): string {
  const ids = pictureIds(plan)
  const steps = [...plan.steps.values()]
  const nodes = steps.map((step) => `  ${ids.get(step.id)} [label="${labelLines(step).map(escaped).join('\\n')}"]`)
  const ranks = plan.waves.filter((wave) => wave.length > 1).map((wave) => `  { rank=same; ${wave.map((id) => ids.get(id)).join('; ')} }`)
  const edges = steps.flatMap((step) =>
    step.needs.map((need) => `  ${ids.get(need)} -> ${ids.get(step.id)}${step.runs === 'surely' ? '' : ' [style=dashed]'}`))
  return `${['digraph plan {', '  node [shape=box]', ...nodes, ...ranks, ...edges, '}'].join('\n')}\n`
}

/** A backslash would begin an escape, and Graphviz reads entities of HTML also in plain labels. */
function escaped(line: string): string {
  return line.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')
}
