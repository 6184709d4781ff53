import type { Pico } from '../base/money.ts'
import { checksNamed, usedAgents } from '../pipeline/involved.ts'
import type { AgentSpec, AgentStep, Pipeline, PriceSpec, RaceSpec, StepKindName } from '../pipeline/pipeline.ts'
import { candidatesOf, preferredOf, teamOf } from '../pipeline/team.ts'
import { grantedServers } from '../pipeline/tool-servers.ts'
import { AUTO } from '../pipeline/words.ts'
import type { RunCost, StepCost } from './estimate.ts'
import type { Expressions } from '../pipeline/expression.ts'
import { createKnown } from './known.ts'
import type { KnownInputs } from './known.ts'
import { createNestedCost } from './nested.ts'
import { modelsOf } from './node-cost.ts'
import type { Rates } from './node-cost.ts'
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
  /** Of this pipeline and of those that it calls. */
  readonly checks: readonly CheckPreview[]
  readonly prices: readonly PricePreview[]
  readonly budget: Pico | null
  /** Without the budget. */
  readonly cost: RunCost
  /** The bound that the budget may lower; null where there is none. */
  readonly most: Pico | null
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
  /** The file of the pipeline that it calls. */
  readonly calls: string | null
  /** Names of checks. */
  readonly checks: readonly string[]
  /** Null where no model is called, or it cannot be told. */
  readonly cost: StepCost | null
}

export interface AgentPreview {
  /** Whoever is taken first while all are free. */
  readonly name: string
  /** Capabilities, where it is not named but chosen; and who else could be. */
  readonly wants: readonly string[] | null
  readonly others: readonly string[]
  /** All that do the same task, and by what one of them is chosen; null where one works alone. */
  readonly race: RaceSpec | null
  readonly backup: readonly string[]
  readonly route: string | null
  /** Candidates, the preferred one first; none where a program chooses, or works in place of a model. */
  readonly models: readonly string[]
  readonly program: readonly string[] | null
  /** The tool servers that it is given. */
  readonly servers: readonly string[]
  readonly maxTurns: number
  readonly maxOutputTokens: number
  /** What all its steps of a run may cost together. */
  readonly budget: Pico | null
  /** Attempts of the step, and repairs within each. */
  readonly attempts: number
  readonly repair: number
}

export interface CheckPreview {
  readonly name: string
  /** The pipeline that names it. */
  readonly file: string
  /** Null: it is neither declared nor detected. */
  readonly run: string | null
  /** The file that told so; null where the pipeline declares it. */
  readonly from: string | null
}

export interface PricePreview {
  readonly model: string
  /** The pipeline that names it. */
  readonly file: string
  /** Null: it is not known. */
  readonly price: ModelPrice | null
}

/** Pico-dollars per token; `long` holds for the whole of a request whose input is above so many tokens. */
export type ModelPrice = 'free' | (TokenPrices & { readonly long?: TokenPrices & { readonly above: number } })

export type TokenPrices = Exclude<PriceSpec, 'free'>

/** What the world tells a preview. */
export interface Prospect {
  /** Undefined where no pipeline of the run has an expression. */
  readonly expressions: Expressions | undefined
  readonly inputs: KnownInputs
  /** Required inputs that were not given. */
  readonly missing: readonly string[]
  ratesOf(pipeline: Pipeline): Rates
  /** Of a model, `provider/model`, by the providers of a pipeline. */
  priceOf(pipeline: Pipeline, model: string): ModelPrice | undefined
  /** What the project tells of checks that the pipeline names and does not declare. */
  readonly detected: ReadonlyMap<string, { readonly script: string; readonly from: string }>
}

/** The preview of a plan. Total: what is wrong with it is among its refusals. */
export function preview(plan: Plan, prospect: Prospect): Preview {
  const { pipeline } = plan
  const known = createKnown(prospect.expressions, prospect.inputs)
  const unfolded = unfold(plan, known)
  const seen = sights(plan)
  const cost = createNestedCost(prospect.expressions, (called) => prospect.ratesOf(called))(pipeline, known)
  const waves = inWaves(plan)
  const steps = waves.flat().flatMap((id) => {
    const [step, sees] = [unfolded.get(id), seen.get(id)]
    return step && sees ? [stepPreview(pipeline, step, sees, cost.steps.get(id) ?? null)] : []
  })
  const family = [pipeline, ...pipeline.children.values()]
  const prices = family.flatMap((one) => pricesOf(one, prospect))
  const checks = family.flatMap((one) => checksOf(one, prospect))
  const nodes = [...unfolded.values()].reduce((sum, step) => sum + (step.nodes?.length ?? 0), 0)
  const budget = pipeline.limits.budget ?? null
  return {
    pipeline: pipeline.name, file: pipeline.file, missing: prospect.missing, nodes, waves, steps: new Map(steps.map((step) => [step.id, step])),
    checks, prices, budget, cost, most: budget !== null && (cost.most === null || budget < cost.most) ? budget : cost.most,
    refusals: refusals({ pipeline, unfolded, nodes, checks, prices, cost }),
  }
}

function stepPreview(pipeline: Pipeline, { spec, nodes, runs }: UnfoldedStep, sees: Sight, cost: StepCost | null): StepPreview {
  const agent = spec.kind === 'agent' ? preferredOf(pipeline, spec) : undefined
  return {
    id: spec.id, kind: spec.kind, needs: spec.needs, nodes, runs, if: spec.if ?? null, sees, checks: checksNamed(spec), cost,
    calls: spec.kind === 'pipeline' ? spec.pipeline : null,
    agent: agent && spec.kind === 'agent' ? agentPreview(pipeline, agent, spec) : null,
  }
}

function agentPreview(pipeline: Pipeline, agent: AgentSpec, step: AgentStep): AgentPreview {
  const program = agent.executor === 'llm' ? null : agent.executor === 'command' ? agent.command : [agent.executor]
  const { name, maxTurns, maxOutputTokens, backup } = agent
  const others = step.race ? [] : candidatesOf(pipeline, step).flatMap((one) => (one === agent ? [] : [one.name]))
  return {
    name, wants: step.agent === AUTO ? step.capabilities : null, others, race: step.race ?? null, backup: step.race ? [] : backup,
    route: agent.route ?? null, models: modelsOf(agent), program, servers: serversOf(pipeline, step.race ? teamOf(pipeline, step) : [agent]), maxTurns, maxOutputTokens, budget: agent.budget ?? null,
    attempts: step.retry.attempts, repair: step.repair,
  }
}

function serversOf(pipeline: Pipeline, agents: readonly AgentSpec[]): string[] {
  return [...new Set(agents.flatMap((agent) => grantedServers(pipeline, agent).map(({ server }) => server.name)))]
}

function checksOf(pipeline: Pipeline, { detected }: Prospect): CheckPreview[] {
  const names = new Set([...pipeline.steps.values()].flatMap(checksNamed))
  return [...names].map((name) => {
    const [declared, found] = [pipeline.checks.get(name), detected.get(name)]
    const run = declared?.run ?? found?.script ?? null
    return { name, file: pipeline.file, run, from: declared ? null : (found?.from ?? null) }
  })
}

function pricesOf(pipeline: Pipeline, prospect: Prospect): PricePreview[] {
  const models = new Set(usedAgents(pipeline).flatMap(modelsOf))
  return [...models].map((model) => ({ model, file: pipeline.file, price: prospect.priceOf(pipeline, model) ?? null }))
}
