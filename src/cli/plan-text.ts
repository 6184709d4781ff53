import { formatUsd, picoToDecimal } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import { display } from '../document/display.ts'
import { ASSUMPTIONS } from '../plan/assumptions.ts'
import type { ModelPrice, Preview, TokenPrices } from '../plan/preview.ts'
import { columns } from './plan-text-columns.ts'
import { list, stepRows } from './plan-text-step.ts'

/** The plan for people: waves and their steps, checks, prices, and what it costs on which assumptions. */
export function planText(plan: Preview): string {
  const waves = plan.waves.map((wave, index) => {
    const steps = wave.flatMap((id) => plan.steps.get(id) ?? [])
    return [`wave ${index + 1}`, ...columns(steps.flatMap(stepRows))]
  })
  return `${[head(plan), ...waves, checks(plan), prices(plan), costs(plan)].filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n')}\n`
}

function head(plan: Preview): string[] {
  const isOpen = [...plan.steps.values()].some(({ nodes }) => nodes === null)
  const counts = [
    counted(plan.steps.size, 'step'), `${isOpen ? 'at least ' : ''}${counted(plan.nodes, 'node')}`, counted(plan.waves.length, 'wave'),
    plan.budget === null ? 'no budget' : `budget ${formatUsd(plan.budget)}`,
  ]
  const missing = plan.missing.map((name) => display(name)).join(', ')
  return [`${display(plan.pipeline)}: ${counts.join(', ')}`, ...(missing === '' ? [] : [`required inputs not given: ${missing}`])]
}

function checks(plan: Preview): string[] {
  if (plan.checks.length === 0) return []
  const rows = plan.checks.map(({ name, run, from }) => {
    const origin = from === null ? 'declared' : `detected in ${display(from)}`
    return [display(name), run === null ? 'not found' : firstLine(run), run === null ? 'neither declared nor detected' : origin]
  })
  return ['checks', ...new Set(columns(rows))]
}

function firstLine(script: string): string {
  const [first = '', ...others] = script.trim().split('\n')
  return `${display(first)}${others.length > 0 ? ' …' : ''}`
}

function prices(plan: Preview): string[] {
  if (plan.prices.length === 0) return []
  const rows = columns(plan.prices.map(({ model, price }) => [display(model), priceText(price)]))
  return ['prices in USD per million tokens', ...new Set(rows)]
}

function priceText(price: ModelPrice | null): string {
  if (price === null || price === 'free') return price ?? 'not known'
  return price.long === undefined ? tokens(price) : `${tokens(price)}; above ${price.long.above} tokens of input ${tokens(price.long)}`
}

function tokens({ input, output, cacheRead, cacheWrite }: TokenPrices): string {
  const of = (perToken: Pico): string => picoToDecimal(perToken * 1_000_000n)
  return `${of(input)} in, ${of(output)} out, ${of(cacheRead)} from the cache, ${of(cacheWrite)} into it`
}

function costs({ cost, most }: Preview): string[] {
  const unknown = cost.unknown.length === 0 ? [] : [['not known', `of ${list(cost.unknown)}`]]
  if (cost.steps.size === 0) return unknown.length === 0 ? ['cost: no model is called'] : ['cost', ...columns(unknown)]
  const rows = [['at least', formatUsd(cost.least)], ['about', formatUsd(cost.expected)], ['at most', ...bound(cost.most, most)], ...unknown]
  return ['cost', ...columns(rows), '', 'assumed', ...ASSUMPTIONS.map((line) => `  ${line}`)]
}

function bound(unlimited: Pico | null, most: Pico | null): string[] {
  if (most === null) return ['no bound', 'how many nodes there will be is not known, and there is no budget']
  if (most === unlimited) return [formatUsd(most)]
  return [formatUsd(most), `the budget; without it ${unlimited === null ? 'there is no bound' : formatUsd(unlimited)}`]
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
