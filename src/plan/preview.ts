import type { Pico } from '../base/money.ts'
import type { AgentSpec, Pipeline, PriceSpec, StepKindName } from '../pipeline/pipeline.ts'
import { estimate, modelsOf } from './estimate.ts'
import type { Rates, StepCost } from './estimate.ts'
import type { Known } from './known.ts'
import { inWaves } from './order.ts'
import type { Plan } from './plan.ts'
import { refusals } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { sights } from './sight.ts'
import type { Sight } from './sight.ts'
import { unfold } from './unfold.ts'
import type { Runs, UnfoldedNode, UnfoldedStep } from './unfold.ts'

/** A run as it can be told before it: what `plan` shows, in whatever form. */
export interface Preview {
  readonly pipeline: string
  readonly file: string
  /** Required inputs that were not given. */
  readonly missing: readonly string[]
  /** The nodes of all steps whose matrix is known. */
  readonly nodes: number
  /** Ids of steps; all steps of a wave may run at once. */
  readonly waves: readonly (readonly string[])[]
  /** By id, wave by wave. */
  readonly steps: ReadonlyMap<string, StepPreview>
  readonly checks: readonly CheckPreview[]
  readonly prices: ReadonlyMap<string, ModelPrice | undefined>
  readonly budget: Pico | null
  readonly cost: { readonly least: Pico; readonly expected: Pico; readonly most: Pico | null }
  /** Why this could not run as it is; none when it can. */
  readonly refusals: readonly Refusal[]
}

export interface StepPreview {
  readonly id: string
  readonly kind: StepKindName
  readonly needs: readonly string[]
  /** Null: its matrix comes from what other steps give, or from inputs that are not known. */
  readonly nodes: readonly UnfoldedNode[] | null
  readonly runs: Runs
  readonly if: string | null
  readonly sees: Sight
  readonly agent: AgentPreview | null
  /** Names of checks. */
  readonly checks: readonly string[]
  /** Null where no model is called, or one without a known price. */
  readonly cost: StepCost | null
}

export interface AgentPreview {
  readonly name: string
  /** Candidates, the preferred one first; none where a program works in place of a model. */
  readonly models: readonly string[]
  readonly program: readonly string[] | null
  readonly maxTurns: number
  readonly maxOutputTokens: number
  /** Attempts of the step and repairs within each. */
  readonly attempts: number
  readonly repair: number
}

export interface CheckPreview {
  readonly name: string
  /** Null: it is neither declared nor detected. */
  readonly run: string | null
  /** The file that told so; null where the pipeline declares it. */
  readonly from: string | null
}

/** Pico-dollars per token; `long` holds for the whole of a request whose input is above so many tokens. */
export type ModelPrice = 'free' | (TokenPrices & { readonly long?: TokenPrices & { readonly above: number } })

export type TokenPrices = Exclude<PriceSpec, 'free'>

/** What the world tells a preview. */
export interface Prospect {
  readonly known: Known
  /** Required inputs that were not given. */
  readonly missing: readonly string[]
  readonly rates: Rates
  price(model: string): ModelPrice | undefined
  /** What the project tells of checks that the pipeline names and does not declare. */
  readonly detected: ReadonlyMap<string, { readonly script: string; readonly from: string }>
}

/** The preview of a plan. Total: what is wrong with it is among its refusals. */
export function preview(plan: Plan, prospect: Prospect): Preview {
  const { pipeline } = plan
  const unfolded = unfold(plan, prospect.known)
  const seen = sights(plan)
  const cost = estimate(pipeline, unfolded, prospect.known, prospect.rates)
  const waves = inWaves(plan)
  const steps = waves.flat().flatMap((id) => {
    const [step, sees] = [unfolded.get(id), seen.get(id)]
    return step && sees ? [stepPreview(pipeline, step, sees, cost.steps.get(id) ?? null)] : []
  })
  const models = new Set(steps.flatMap((step) => step.agent?.models ?? []))
  const prices = new Map([...models].map((model) => [model, prospect.price(model)]))
  const names = new Set(steps.flatMap((step) => step.checks))
  const checks = [...names].map((name) => checkPreview(pipeline, prospect, name))
  const nodes = [...unfolded.values()].reduce((sum, step) => sum + (step.nodes?.length ?? 0), 0)
  const budget = pipeline.limits.budget ?? null
  return {
    pipeline: pipeline.name, file: pipeline.file, missing: prospect.missing, nodes, waves, steps: new Map(steps.map((step) => [step.id, step])),
    checks, prices, budget, cost, refusals: refusals({ unfolded, nodes, checks, prices, budget, least: cost.least }),
  }
}

function stepPreview(pipeline: Pipeline, { spec, nodes, runs }: UnfoldedStep, sees: Sight, cost: StepCost | null): StepPreview {
  const agent = spec.kind === 'agent' ? pipeline.agents.get(spec.agent) : undefined
  const checks = spec.kind === 'agent' ? spec.verify : spec.kind === 'check' ? spec.checks : []
  return {
    id: spec.id, kind: spec.kind, needs: spec.needs, nodes, runs, if: spec.if ?? null, sees, checks, cost,
    agent: agent && spec.kind === 'agent' ? agentPreview(agent, spec.retry.attempts, spec.repair) : null,
  }
}

function agentPreview(agent: AgentSpec, attempts: number, repair: number): AgentPreview {
  const program = agent.executor === 'llm' ? null : agent.command
  return { name: agent.name, models: modelsOf(agent), program, maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens, attempts, repair }
}

function checkPreview(pipeline: Pipeline, { detected }: Prospect, name: string): CheckPreview {
  const declared = pipeline.checks.get(name)
  if (declared) return { name, run: declared.run, from: null }
  const found = detected.get(name)
  return { name, run: found?.script ?? null, from: found?.from ?? null }
}
