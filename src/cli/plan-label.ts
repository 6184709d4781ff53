import { display } from '../document/display.ts'
import type { Preview, StepPreview } from '../plan/preview.ts'

/** A step in a picture: what it is called, what it is, who works in it, and whether it runs; plain lines, not yet escaped. */
export function labelLines(step: StepPreview): string[] {
  const { agent, nodes } = step
  const count = nodes === null ? ' × ?' : nodes.length > 1 ? ` × ${nodes.length}` : ''
  const who = agent === null ? step.kind : agent.race ? `race of ${agent.race.agents.join(', ')}` : `agent ${agent.name}`
  const by = agent === null ? [] : agent.race ? [`pick ${agent.race.pick}${agent.race.judge === undefined ? '' : ` by ${agent.race.judge}`}`] : [agent.program?.[0] ?? agent.route ?? agent.models[0] ?? '']
  const runs = { surely: [], perhaps: ['if its condition holds'], 'on-failure': ['after a failure'], never: ['does not run'] }[step.runs]
  return [`${step.id}${count}`, who, ...by, ...runs].map((line) => display(line))
}

/** The steps by the names that a picture gives them, since their ids may be words of its language. */
export function pictureIds(plan: Preview): ReadonlyMap<string, string> {
  return new Map([...plan.steps.keys()].map((id, index) => [id, `s${index}`]))
}
