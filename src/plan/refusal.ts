import { picoToDecimal } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { RunCost } from './estimate.ts'
import { MOST_NODES } from './plan.ts'
import type { UnfoldedStep } from './unfold.ts'

/** Why a run of this plan could come to nothing, known before it. */
export interface Refusal {
  readonly code: 'bad-matrix' | 'too-many-nodes' | 'unknown-check' | 'unknown-price' | 'budget-too-small'
  readonly message: string
  readonly help?: string
}

/** What is looked at. */
interface Prospects {
  readonly pipeline: Pipeline
  readonly unfolded: ReadonlyMap<string, UnfoldedStep>
  readonly nodes: number
  readonly checks: readonly { readonly name: string; readonly run: string | null }[]
  readonly prices: readonly { readonly model: string; readonly price: unknown }[]
  readonly cost: RunCost
}

/** All that is wrong, as sentences; names in them may hold what must be escaped where they are shown. */
export function refusals({ pipeline, unfolded, nodes, checks, prices, cost }: Prospects): Refusal[] {
  const { budget } = pipeline.limits
  return [
    ...[...unfolded].flatMap(([id, { mistake, runs }]) => (mistake === undefined || runs !== 'surely' ? [] : [badMatrix(id, mistake)])),
    ...(nodes > MOST_NODES ? [{ code: 'too-many-nodes', message: `the steps make ${nodes} nodes, a plan holds at most 10,000` } as const] : []),
    ...unique(checks.flatMap(({ name, run }) => (run === null ? [name] : []))).map(unknownCheck),
    ...unique(prices.flatMap(({ model, price }) => (price === null ? [model] : []))).map(unknownPrice),
    ...(budget !== undefined && cost.least > budget ? [tooSmall(budget, cost.least)] : []),
    ...[...cost.agents].flatMap(([name, { least }]) => {
      const own = pipeline.agents.get(name)?.budget
      return own !== undefined && least > own ? [agentTooSmall(name, own, least)] : []
    }),
  ]
}

function badMatrix(step: string, mistake: string): Refusal {
  return { code: 'bad-matrix', message: `the matrix of step \`${step}\` cannot be laid out with these inputs: ${mistake}` }
}

function unknownCheck(name: string): Refusal {
  const message = `the check \`${name}\` is neither declared nor detected in this project`
  return { code: 'unknown-check', message, help: 'declare it under `checks`, with what it runs' }
}

function unknownPrice(model: string): Refusal {
  const provider = model.slice(0, model.indexOf('/'))
  const message = `the price of \`${model}\` is not known, so its cost could not be bounded`
  return { code: 'unknown-price', message, help: `give it under \`providers.${provider}.prices\`, or say \`free\`` }
}

function tooSmall(budget: Pico, least: Pico): Refusal {
  const message = `the least possible cost, $${picoToDecimal(least)}, is above the budget of $${picoToDecimal(budget)}`
  return { code: 'budget-too-small', message, help: 'give it more by `limits.budget_usd` or `--budget-usd`, or lower `max_output_tokens`, which is held for every call' }
}

function agentTooSmall(name: string, budget: Pico, least: Pico): Refusal {
  const message = `the least possible cost of the agent \`${name}\`, $${picoToDecimal(least)}, is above its budget of $${picoToDecimal(budget)}`
  return { code: 'budget-too-small', message, help: `give it more by \`agents.${name}.budget_usd\`, or lower its \`max_output_tokens\`` }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
