import { picoToUsd } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import { ASSUMPTIONS } from '../plan/assumptions.ts'
import type { ModelPrice, Preview, StepPreview, TokenPrices } from '../plan/preview.ts'

/**
 * The plan as JSON, version 1; keys are added, never renamed. Costs are numbers of USD.
 *
 * - `pipeline`, `file`; `missing_inputs`: required inputs that were not given; `nodes`: how many are known
 * - `waves`: lists of step ids; the steps of a wave may run at once
 * - `steps`: `id`, `kind`, `wave` (from 1), `needs`, `if`, `runs` (`surely`, `perhaps`, `on-failure`, `never`),
 *   `nodes` (`id`, `matrix`, `runs`; null while its matrix is not known),
 *   `sees` (`place`: `worktree`, `inherited`, `checkout`, `empty`, `nothing`; `changes`: the needed steps that may change files,
 *   the 20 nearest, the nearest last; `more`: there are others), `agent` (`name`, `wants`: capabilities, where it is chosen by them, `others`: who else could be,
 *   `race`: `agents`, `pick`, `judge`, null where one works alone, `backup`, `route`, `models`, `program`, `servers`, `max_turns`,
 *   `max_output_tokens`, `budget_usd`, `attempts`, `repair`; null for other kinds), `calls` (a pipeline's file), `checks` (names),
 *   `cost` (`expected_usd`, `most_usd`; null where no model is called, or it cannot be told)
 * - `checks`, also of pipelines that are called: `name`, `file` (the pipeline), `run` (null: neither declared nor detected), `from` (the file that told so; null: declared)
 * - `prices`: `model`, `file`, `price` (`free`, null, or USD per million tokens: `input`, `output`, `cache_read`, `cache_write`, `long`)
 * - `cost`: `budget_usd`, `least_usd`, `expected_usd`, `most_usd` (null: no bound), `most_without_budget_usd`,
 *   `unknown` (steps whose cost cannot be told, which count as nothing), `assumptions`
 * - `refusals`: `code`, `message`, `help`; with any of them the exit code is 2
 */
export function planJson(plan: Preview): string {
  const { cost, budget } = plan
  const waveOf = new Map(plan.waves.flatMap((wave, index) => wave.map((id) => [id, index + 1])))
  const whole = {
    version: 1, pipeline: plan.pipeline, file: plan.file, missing_inputs: plan.missing, nodes: plan.nodes, waves: plan.waves,
    steps: [...plan.steps.values()].map((step) => stepJson(step, waveOf.get(step.id) ?? 1)),
    checks: plan.checks,
    prices: plan.prices.map(({ model, file, price }) => ({ model, file, price: priceJson(price) })),
    cost: {
      budget_usd: usd(budget), least_usd: usd(cost.least), expected_usd: usd(cost.expected), most_usd: usd(plan.most),
      most_without_budget_usd: usd(cost.most), unknown: cost.unknown, assumptions: ASSUMPTIONS,
    },
    refusals: plan.refusals.map(({ code, message, help }) => ({ code, message, help: help ?? null })),
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

function stepJson(step: StepPreview, wave: number): object {
  const { agent, cost, sees } = step
  return {
    id: step.id, kind: step.kind, wave, needs: step.needs, if: step.if, runs: step.runs, nodes: step.nodes,
    sees: { place: sees.place, changes: sees.changes, more: sees.hasMore },
    agent: agent && {
      name: agent.name, wants: agent.wants, others: agent.others,
      race: agent.race && { agents: agent.race.agents, pick: agent.race.pick, judge: agent.race.judge ?? null }, backup: agent.backup, route: agent.route, models: agent.models, program: agent.program, servers: agent.servers, max_turns: agent.maxTurns,
      max_output_tokens: agent.maxOutputTokens, budget_usd: usd(agent.budget), attempts: agent.attempts, repair: agent.repair,
    },
    calls: step.calls, checks: step.checks,
    cost: cost && { expected_usd: usd(cost.expected), most_usd: usd(cost.most) },
  }
}

function priceJson(price: ModelPrice | null): unknown {
  if (price === null || price === 'free') return price
  return { ...perMillion(price), long: price.long === undefined ? null : { above: price.long.above, ...perMillion(price.long) } }
}

function perMillion({ input, output, cacheRead, cacheWrite }: TokenPrices): object {
  const of = (perToken: Pico): number => picoToUsd(perToken * 1_000_000n)
  return { input: of(input), output: of(output), cache_read: of(cacheRead), cache_write: of(cacheWrite) }
}

function usd(pico: Pico | null): number | null {
  return pico === null ? null : picoToUsd(pico)
}
