import { picoToDecimal } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
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
  readonly unfolded: ReadonlyMap<string, UnfoldedStep>
  readonly nodes: number
  readonly checks: readonly { readonly name: string; readonly run: string | null }[]
  readonly prices: ReadonlyMap<string, unknown>
  readonly budget: Pico | null
  readonly least: Pico
}

/** All that is wrong; ids are safe to be shown, names of models and checks were proved by the language. */
export function refusals({ unfolded, nodes, checks, prices, budget, least }: Prospects): Refusal[] {
  return [
    ...[...unfolded].flatMap(([id, { mistake }]) => (mistake === undefined ? [] : [badMatrix(id, mistake)])),
    ...(nodes > MOST_NODES ? [{ code: 'too-many-nodes', message: `the steps make ${nodes} nodes, a plan holds at most 10,000` } as const] : []),
    ...checks.flatMap(({ name, run }) => (run === null ? [unknownCheck(name)] : [])),
    ...[...prices].flatMap(([model, price]) => (price === undefined ? [unknownPrice(model)] : [])),
    ...(budget !== null && least > budget ? [tooSmall(budget, least)] : []),
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
