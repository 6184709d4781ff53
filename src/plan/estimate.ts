import type { Pico } from '../base/money.ts'
import type { JsonObject } from '../base/json.ts'
import { agentsOf, resolverBefore } from '../pipeline/involved.ts'
import type { AgentSpec, AgentStep, Pipeline, PipelineStep, StepSpec } from '../pipeline/pipeline.ts'
import { candidatesOf, chainOf, preferredOf, teamOf } from '../pipeline/team.ts'
import type { ConversationCost } from './conversation.ts'
import { createNodeCost, judgeCost, resolverCost } from './node-cost.ts'
import type { Rates } from './node-cost.ts'
import type { Known } from './known.ts'
import type { UnfoldedStep } from './unfold.ts'

/** What a step costs that calls models, all its nodes together. */
export interface StepCost {
  readonly expected: Pico
  /** Null: nobody knows how many nodes there will be. */
  readonly most: Pico | null
}

export interface RunCost {
  /** By step; one that calls no model has none. */
  readonly steps: ReadonlyMap<string, StepCost>
  /** Steps of which no cost can be told: a price is missing, a program works in place of a model, or its tasks are not planned yet. They count as nothing. */
  readonly unknown: readonly string[]
  /** Of the steps of an agent together; its own budget is not counted in. */
  readonly agents: ReadonlyMap<string, { readonly least: Pico }>
  readonly least: Pico
  /** The part of the least that is only held, and given back when the dearest first call has ended. */
  readonly held: Pico
  readonly expected: Pico
  /** Without the run's budget, but with those of agents; null where it has no bound. */
  readonly most: Pico | null
}

/** What a called pipeline costs each time; undefined where that cannot be told. */
export type NestedCost = (step: PipelineStep, matrix: JsonObject | null) => RunCost | undefined

/**
 * What a run costs. The least: every node that surely runs makes one call, and the dearest of these calls is sent only if all
 * that is held for it is left. Expected: every node runs once, those on failure not. The most: all attempts of all nodes.
 */
export function estimate(
  pipeline: Pipeline, steps: ReadonlyMap<string, UnfoldedStep>, known: Known, rates: Rates, nested: NestedCost,
): RunCost {
  const costOf = createNodeCost(pipeline, known, rates)
  const costs = new Map<string, StepCost>()
  const unknown: string[] = []
  const tallies = new Map<AgentSpec | null, Tally>()
  for (const [id, step] of steps) {
    const { spec } = step
    if (spec.kind === 'tasks') unknown.push(id)
    if (spec.kind !== 'agent' && spec.kind !== 'pipeline') continue
    const crew = spec.kind === 'agent' ? crewOf(pipeline, spec) : undefined
    const tally = stepTally(step, (matrix) => (spec.kind === 'agent' ? crewTally(crew, (agent) => costOf(spec, agent, matrix), (judge) => judgeCost(pipeline, judge, rates)) : nestedTally(nested(spec, matrix))))
    if (!tally) {
      unknown.push(id)
      continue
    }
    const sole = crew?.sole ?? null
    costs.set(id, { expected: tally.expected, most: lower(tally.most, sole?.budget) })
    tallies.set(sole, together(tallies.get(sole) ?? NONE, tally))
  }
  for (const [id, step] of steps) {
    const resolver = maybeResolver(pipeline, step.spec)
    if (!resolver || unknown.includes(id)) continue
    const cost = resolverCost(pipeline, resolver, rates)
    const tally = stepTally(step, () => cost && { ...NONE, most: cost.most })
    const before = costs.get(id)
    costs.delete(id)
    if (!tally) {
      unknown.push(id)
      continue
    }
    const whole = together({ ...NONE, expected: before?.expected ?? 0n, most: before ? before.most : 0n }, { ...tally, most: lower(tally.most, resolver.budget) })
    costs.set(id, { expected: whole.expected, most: whole.most })
    tallies.set(resolver, together(tallies.get(resolver) ?? NONE, tally))
  }
  const all = [...tallies].map(([agent, tally]) => ({ ...tally, most: lower(tally.most, agent?.budget) })).reduce(together, NONE)
  const agents = new Map([...tallies].flatMap(([agent, tally]) => (agent ? [[agent.name, { least: tally.least + tally.held }]] : [])))
  return { steps: costs, unknown, agents, least: all.least + all.held, held: all.held, expected: all.expected, most: all.most }
}

/** Who may be asked to bring changes together; nobody knows before whether it will be. */
function maybeResolver(pipeline: Pipeline, spec: StepSpec): AgentSpec | undefined {
  return spec.kind === 'merge' ? agentsOf(pipeline, spec)[0] : resolverBefore(pipeline, spec)
}

interface Tally {
  readonly least: Pico
  /** The most by which what is held for a first call is above its least cost. */
  readonly held: Pico
  readonly expected: Pico
  readonly most: Pico | null
}

const NONE: Tally = { least: 0n, held: 0n, expected: 0n, most: 0n }

function together(a: Tally, b: Tally): Tally {
  return {
    least: a.least + b.least, held: a.held > b.held ? a.held : b.held, expected: a.expected + b.expected,
    most: a.most === null || b.most === null ? null : a.most + b.most,
  }
}

/** Who may come to work on a step. */
interface Crew {
  /** All of a race, each as often as it stands there; undefined where one works alone. */
  readonly race: { readonly agents: readonly AgentSpec[]; readonly judge: AgentSpec | undefined; readonly isStopped: boolean } | undefined
  readonly preferred: AgentSpec | undefined
  /** Each of those that may be the first, with those that take over from it. */
  readonly chains: readonly (readonly AgentSpec[])[]
  /** Where nobody else can come to it: its own budget bounds the step. */
  readonly sole: AgentSpec | null
}

function crewOf(pipeline: Pipeline, step: AgentStep): Crew {
  if (step.race) {
    const agents = step.race.agents.flatMap((name) => pipeline.agents.get(name) ?? [])
    const all = teamOf(pipeline, step)
    const judge = pipeline.agents.get(step.race.judge ?? '')
    return { race: { agents, judge, isStopped: step.race.pick === 'first_passing' }, chains: [], preferred: agents[0], sole: all.length === 1 ? (all[0] ?? null) : null }
  }
  const chains = candidatesOf(pipeline, step).map(({ name }) => chainOf(pipeline, name))
  const team = [...new Set(chains.flat())]
  return { race: undefined, chains, preferred: preferredOf(pipeline, step), sole: team.length === 1 ? (team[0] ?? null) : null }
}

/** All contestants work, and then the judge; one that is stopped because another was first may not even have begun. */
function raceTally({ agents, judge, isStopped }: NonNullable<Crew['race']>, costOf: (agent: AgentSpec) => ConversationCost | undefined, judgeCost: (agent: AgentSpec) => ConversationCost | undefined): Tally | undefined {
  const all = agents.map((agent) => onceTally(costOf(agent)))
  const known = all.filter((tally) => tally !== undefined)
  const judged = judge && onceTally(judgeCost(judge))
  if (known.length < all.length || (judge && !judged)) return undefined
  const whole = known.reduce(together, judged ? { ...judged, least: 0n, held: 0n } : NONE)
  if (!isStopped) return whole
  const cheapest = known.reduce((one, other) => (other.least + other.held < one.least + one.held ? other : one))
  return { ...whole, least: cheapest.least, held: cheapest.held }
}

/** The least is that of the cheapest, expected is the preferred one, and the most is the dearest with all that take over from it. */
function crewTally(crew: Crew | undefined, costOf: (agent: AgentSpec) => ConversationCost | undefined, judgeCostOf: (agent: AgentSpec) => ConversationCost | undefined): Tally | undefined {
  if (crew?.race) return raceTally(crew.race, costOf, judgeCostOf)
  const chains = (crew?.chains ?? []).map((chain) => chain.map((agent) => onceTally(costOf(agent))))
  const known = chains.map((chain) => chain.filter((tally) => tally !== undefined))
  if (known.length === 0 || known.some((chain, at) => chain.length < (chains[at]?.length ?? 0))) return undefined
  const firsts = known.flatMap(([first]) => first ?? [])
  const cheapest = firsts.reduce((one, other) => (other.least + other.held < one.least + one.held ? other : one))
  const preferred = firsts[crew?.chains.findIndex(([first]) => first === crew.preferred) ?? 0] ?? cheapest
  const most = known.map((chain) => chain.reduce((sum, { most: own }) => sum + (own ?? 0n), 0n))
  return { ...cheapest, expected: preferred.expected, most: most.reduce((one, other) => (other > one ? other : one)) }
}

function onceTally(cost: ConversationCost | undefined): Tally | undefined {
  return cost && { least: cost.least, held: cost.first - cost.least, expected: cost.expected, most: cost.most }
}

function nestedTally(cost: RunCost | undefined): Tally | undefined {
  return cost?.unknown.length === 0 ? { ...cost, least: cost.least - cost.held } : undefined
}

/** All nodes of a step, by what one attempt of each costs; undefined where no cost can be told. */
function stepTally({ spec, nodes, runs: whole }: UnfoldedStep, costOf: (matrix: JsonObject | null) => Tally | undefined): Tally | undefined {
  let tally: Tally | undefined
  for (const { matrix, runs } of nodes ?? [{ matrix: null, runs: whole }]) {
    const cost = costOf(matrix)
    if (cost === undefined) return undefined
    const isSure = nodes !== null && runs === 'surely'
    tally = together(tally ?? NONE, {
      ...(isSure ? cost : NONE),
      expected: runs === 'surely' || runs === 'perhaps' ? cost.expected : 0n,
      most: runs === 'never' ? 0n : cost.most && cost.most * BigInt(spec.retry.attempts),
    })
  }
  // However many nodes there will be, what is free stays free.
  return tally && nodes === null && tally.most !== 0n ? { ...tally, most: null } : tally
}

function lower(most: Pico | null, budget: Pico | undefined): Pico | null {
  return budget !== undefined && (most === null || budget < most) ? budget : most
}
