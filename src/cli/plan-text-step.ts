import { formatUsd } from '../base/money.ts'
import { display } from '../document/display.ts'
import type { AgentPreview, StepPreview } from '../plan/preview.ts'

/** So many names are told in one line. */
const MOST_LISTED = 5

/** One step as rows of three cells: its id, what is told, and that. Only what is not as usual is told. */
export function stepRows(step: StepPreview): string[][] {
  const { agent, cost } = step
  const told = [
    ...(step.needs.length > 0 ? [['needs', list(step.needs)]] : []),
    ...nodes(step),
    ...runs(step),
    ...(step.sees.place === 'nothing' ? [] : [['sees', sees(step)]]),
    ...(agent === null ? [] : [agent.race ? ['race', race(agent.race, agent.attempts)] : ['agent', who(agent)]]),
    ...(agent === null || agent.servers.length === 0 ? [] : [['servers', list(agent.servers)]]),
    ...(step.calls === null ? [] : [['calls', display(step.calls)]]),
    ...(step.checks.length > 0 ? [['checks', `${list(step.checks)}${repairs(agent)}`]] : []),
    ...(cost === null ? [] : [['cost', `about ${formatUsd(cost.expected)}, ${cost.most === null ? 'without a bound' : `at most ${formatUsd(cost.most)}`}`]]),
  ]
  return [[step.id, 'kind', step.kind], ...told.map((row) => ['', ...row])]
}

function nodes({ id, nodes: known }: StepPreview): string[][] {
  if (known === null) return [['nodes', 'not known before the run']]
  if (known.length === 1 && known[0]?.id === id) return []
  return [['nodes', `${known.length}: ${list(known.map((node) => node.id))}`]]
}

function runs({ runs: when, if: condition, nodes: known }: StepPreview): string[][] {
  const text = condition === null ? '' : `: ${display(condition.trim())}`
  const idle = known?.filter((node) => node.runs === 'never').length ?? 0
  switch (when) {
    case 'surely': return idle === 0 ? [] : [['runs', `${(known?.length ?? 0) - idle} of its nodes${text}`]]
    case 'perhaps': return [['runs', `if its condition holds${text}`]]
    case 'on-failure': return [['runs', `only after a failure${text}`]]
    case 'never': return [['runs', condition === null ? 'never: its matrix has no cell' : `never${text}`]]
  }
}

function sees({ sees: { place, changes, hasMore } }: StepPreview): string {
  const changed = changes.length === 0 ? '' : ` and the changes of ${nearest(changes, hasMore)}`
  switch (place) {
    case 'worktree': return `the base${changed}`
    case 'inherited': return `the base${changed}; the checkout if nothing was changed`
    case 'checkout': return 'the checkout'
    case 'empty': return 'an empty folder'
    case 'nothing': return 'nothing'
  }
}

function who({ name, wants, others, backup, route, models, program, maxTurns, attempts }: AgentPreview): string {
  const model = `${route === null ? '' : `route ${display(route)}: `}${list(models)}`
  const turns = Number.isFinite(maxTurns) ? `, ${maxTurns} turns` : ''
  const by = program === null ? `${model}${turns}` : `the program ${display(program[0] ?? '')}${models.length === 0 ? '' : ` with ${model}${turns}`}`
  const chosen = wants === null ? '' : ` for ${list(wants)}${others.length === 0 ? '' : `, or ${list(others)}`}`
  const standIns = backup.length === 0 ? '' : `, backup ${list(backup)}`
  return `${display(name)}${chosen} on ${by}${attempts > 1 ? `, ${attempts} attempts` : ''}${standIns}`
}

function race({ agents, pick, judge }: NonNullable<AgentPreview['race']>, attempts: number): string {
  return `${agents.map((name) => display(name)).join(', ')}; pick ${pick}${judge === undefined ? '' : ` by ${display(judge)}`}${attempts > 1 ? `, ${attempts} attempts` : ''}`
}

function repairs(agent: AgentPreview | null): string {
  return agent === null || agent.repair === 0 ? '' : `, ${agent.repair} ${agent.repair === 1 ? 'repair' : 'repairs'}`
}

/** The first of some names, and how many there are beyond. */
export function list(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED
  const shown = names.slice(0, MOST_LISTED).map((name) => display(name)).join(', ')
  return rest > 0 ? `${shown} and ${rest} more` : shown
}

/** Of changes the last ones, which are the nearest. */
function nearest(names: readonly string[], hasMore: boolean): string {
  const rest = Math.max(0, names.length - MOST_LISTED)
  const shown = names.slice(rest).join(', ')
  return rest > 0 ? `${rest}${hasMore ? ' or more' : ''} steps, ${shown}` : shown
}
