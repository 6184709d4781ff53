import type { JsonObject } from '../base/json.ts'
import type { AgentSpec, AgentStep, Pipeline } from '../pipeline/pipeline.ts'
import { conversationCost } from './conversation.ts'
import type { ConversationCost, Tariff } from './conversation.ts'
import type { Known } from './known.ts'
import { judgement } from '../pipeline/judgement.ts'
import { MOST_RACERS } from '../pipeline/words.ts'
import { promptSize, UNKNOWN_VALUE } from './prompt-size.ts'

/** What costs are made from. */
export interface Rates extends Tariff {
  /** The most tokens of a step's first request with an empty prompt. */
  around(step: Pick<AgentStep, 'outputs'>, agent: AgentSpec): number
}

/** The cost of one attempt of one node; undefined where no model is called, or one without a known price. */
export type NodeCost = (step: AgentStep, agent: AgentSpec, matrix: JsonObject | null) => ConversationCost | undefined

/** The models that may answer an agent, the preferred one first; none where a program chooses, or works in place of a model. */
export function modelsOf(agent: AgentSpec): readonly string[] {
  return agent.candidates.map(({ provider, model }) => `${provider}/${model}`)
}

/** Nodes mostly differ in nothing that matters here, so each sum is made once. */
export function createNodeCost(pipeline: Pipeline, known: Known, rates: Rates): NodeCost {
  const made = new Map<string, ConversationCost | undefined>()
  return (step, agent, matrix) => {
    const models = modelsOf(agent)
    // How often a program calls its model, and with how much, only it knows.
    if (agent.executor !== 'llm' || models.length === 0) return undefined
    const around = rates.around(step, agent)
    const prompt = promptSize(step.prompt ?? '', matrix, known)
    const isVerified = step.verify.length > 0 && step.repair > 0
    const key = [agent.name, around, prompt.least, prompt.expected, prompt.most, isVerified].join(' ')
    if (!made.has(key)) made.set(key, conversationCost({
      models, takesCheapest: pipeline.routes.get(agent.route ?? '')?.strategy === 'cheapest', around, prompt, isVerified,
      instructions: Buffer.byteLength(agent.instructions ?? ''), hasTools: agent.tools.length > 0,
      maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens,
    }, rates))
    return made.get(key)
  }
}

/** The cost of one conversation in which an agent chooses between the works of others: it is told of them in one message of a bounded length. */
export function judgeCost(pipeline: Pipeline, agent: AgentSpec, rates: Rates): ConversationCost | undefined {
  return agent.executor === 'llm' ? resolverCost(pipeline, agent, rates, judgement(MOST_RACERS)) : undefined
}

/** The cost of one conversation in which an agent brings changes together: it is told of them in messages of a bounded length. */
export function resolverCost(pipeline: Pipeline, agent: AgentSpec, rates: Rates, outputs?: AgentStep['outputs']): ConversationCost | undefined {
  const models = modelsOf(agent)
  if (models.length === 0) return undefined
  return conversationCost({
    models, takesCheapest: pipeline.routes.get(agent.route ?? '')?.strategy === 'cheapest', around: rates.around({ outputs }, agent),
    prompt: { least: 0, ...UNKNOWN_VALUE }, isVerified: true, instructions: Buffer.byteLength(agent.instructions ?? ''),
    hasTools: agent.tools.length > 0, maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens,
  }, rates)
}
