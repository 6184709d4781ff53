import type { Pico } from '../base/money.ts'
import type { JsonObject } from '../base/json.ts'
import type { AgentSpec, Pipeline, PipelineStep } from '../pipeline/pipeline.ts'
import type { ConversationCost } from './conversation.ts'
import { createNodeCost } from './node-cost.ts'
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
  /** Steps of which no cost can be told: a price is missing, or a program works in place of a model. They count as nothing. */
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
    const agent = spec.kind === 'agent' ? (pipeline.agents.get(spec.agent) ?? null) : null
    if (spec.kind !== 'agent' && spec.kind !== 'pipeline') continue
    const tally = stepTally(step, (matrix) => (spec.kind === 'agent' ? onceTally(costOf(spec, matrix)) : nestedTally(nested(spec, matrix))))
    if (!tally) {
      unknown.push(id)
      continue
    }
    costs.set(id, { expected: tally.expected, most: lower(tally.most, agent?.budget) })
    tallies.set(agent, together(tallies.get(agent) ?? NONE, tally))
  }
  const all = [...tallies].map(([agent, tally]) => ({ ...tally, most: lower(tally.most, agent?.budget) })).reduce(together, NONE)
  const agents = new Map([...tallies].flatMap(([agent, tally]) => (agent ? [[agent.name, { least: tally.least + tally.held }]] : [])))
  return { steps: costs, unknown, agents, least: all.least + all.held, held: all.held, expected: all.expected, most: all.most }
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
