import type { JsonObject } from '../base/json.ts'
import type { Pico } from '../base/money.ts'
import type { AgentSpec, AgentStep, Pipeline } from '../pipeline/pipeline.ts'
import { conversationCost } from './conversation.ts'
import type { ConversationCost, Tariff } from './conversation.ts'
import type { Known } from './known.ts'
import { promptSize } from './prompt-size.ts'
import type { UnfoldedNode, UnfoldedStep } from './unfold.ts'

/** What the sums are made from. */
export interface Rates extends Tariff {
  /** The most tokens of a step's first request with an empty prompt. */
  around(step: AgentStep, agent: AgentSpec): number
}

/** What an agent step costs, all its nodes together. */
export interface StepCost {
  readonly expected: Pico
  /** Null: nobody knows how many nodes there will be. */
  readonly most: Pico | null
}

export interface RunCost {
  /** By step; a step that calls no model, or one without a known price, has none. */
  readonly steps: ReadonlyMap<string, StepCost>
  readonly least: Pico
  readonly expected: Pico
  /** Without the budget; null where it has no bound. */
  readonly most: Pico | null
}

/** The models that may answer an agent, the preferred one first; none where a program works in place of a model. */
export function modelsOf(agent: AgentSpec | undefined): readonly string[] {
  return agent?.executor === 'llm' ? [`${agent.provider}/${agent.model}`] : []
}

/**
 * What a run costs. The least: every node that surely runs makes one call, and the dearest of these calls is sent only if all
 * that is held for it is left. Expected: every node runs once, those on failure not. The most: all attempts of all nodes.
 */
export function estimate(pipeline: Pipeline, steps: ReadonlyMap<string, UnfoldedStep>, known: Known, rates: Rates): RunCost {
  const costOf = createNodeCost(pipeline, known, rates)
  const costs = new Map<string, StepCost>()
  const sums = { least: 0n, reserve: 0n, expected: 0n, most: 0n as Pico | null }
  for (const [id, step] of steps) {
    if (step.spec.kind !== 'agent') continue
    const { attempts } = step.spec.retry
    const nodes = step.nodes ?? [{ id, matrix: null, runs: step.runs }]
    const sum = { expected: 0n, most: 0n, isKnown: false }
    for (const node of nodes) {
      const cost = costOf(step.spec, node.matrix)
      if (cost === undefined) continue
      sum.isKnown = true
      if (node.runs !== 'never') sum.most += cost.most * BigInt(attempts)
      if (node.runs === 'surely' || node.runs === 'perhaps') sum.expected += cost.expected
      if (!isSure(step, node)) continue
      sums.least += cost.least
      if (cost.first - cost.least > sums.reserve) sums.reserve = cost.first - cost.least
    }
    if (!sum.isKnown) continue
    // However many nodes there will be, what is free stays free.
    const most = step.nodes === null && sum.most > 0n ? null : sum.most
    costs.set(id, { expected: sum.expected, most })
    sums.expected += sum.expected
    sums.most = sums.most === null || most === null ? null : sums.most + most
  }
  return { steps: costs, least: sums.least + sums.reserve, expected: sums.expected, most: sums.most }
}

function isSure(step: UnfoldedStep, node: Pick<UnfoldedNode, 'runs'>): boolean {
  return step.nodes !== null && node.runs === 'surely'
}

/** The cost of one attempt of one node. Nodes mostly differ in nothing that matters here, so each sum is made once. */
function createNodeCost(pipeline: Pipeline, known: Known, rates: Rates): (step: AgentStep, matrix: JsonObject | null) => ConversationCost | undefined {
  const made = new Map<string, ConversationCost | undefined>()
  return (step, matrix) => {
    const agent = pipeline.agents.get(step.agent)
    const models = modelsOf(agent)
    if (!agent || models.length === 0) return undefined
    const around = rates.around(step, agent)
    const prompt = promptSize(step.prompt ?? '', matrix, known)
    const isVerified = step.verify.length > 0 && step.repair > 0
    const key = [agent.name, around, prompt.least, prompt.expected, prompt.most, isVerified].join(' ')
    if (!made.has(key)) made.set(key, conversationCost({
      models, around, prompt, isVerified, instructions: Buffer.byteLength(agent.instructions ?? ''),
      maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens, hasTools: agent.tools.length > 0,
    }, rates))
    return made.get(key)
  }
}
