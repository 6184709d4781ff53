import { systemPrompt } from '../agent/prompt.ts'
import { createToolbox } from '../agent/toolbox.ts'
import type { Ports } from '../base/ports.ts'
import type { AgentSpec, AgentStep, Pipeline } from '../pipeline/pipeline.ts'
import type { Rates } from '../plan/node-cost.ts'
import type { ModelPrice } from '../plan/preview.ts'
import { mostInputTokens, mostTokenCost } from '../provider/bound.ts'
import { costOf } from '../provider/price.ts'
import { findPrice } from '../provider/prices.ts'

/** What a model costs by the declaration of its provider, by `provider/model`. */
export function modelPrices(pipeline: Pipeline): (model: string) => ModelPrice | undefined {
  return (name) => {
    const slash = name.indexOf('/')
    const provider = pipeline.providers.get(name.slice(0, slash))
    return provider && findPrice(provider, name.slice(slash + 1))
  }
}

/** What a plan's costs are made from: the prices and bounds by which calls are held and settled. Calls nobody. */
export function planRates(ports: Ports, pipeline: Pipeline): Rates {
  const price = modelPrices(pipeline)
  const known = new Map<string, number>()
  return {
    hold(model, input, output) {
      const found = price(model)
      return found && mostTokenCost(input, output, found)
    },
    cost(model, use) {
      const found = price(model)
      return found && costOf(use, found)
    },
    around(step, agent) {
      const key = `${agent.name} ${step.outputs === undefined ? '' : JSON.stringify(step.outputs)}`
      const tokens = known.get(key) ?? firstTokens(ports, step, agent)
      known.set(key, tokens)
      return tokens
    },
  }
}

/** The first request as the agent will make it, but for its prompt. */
function firstTokens(ports: Ports, step: Pick<AgentStep, 'outputs'>, agent: AgentSpec): number {
  const { model, maxTurns, maxOutputTokens, contextTokens, temperature, tools, permissions, allowCommands, allowHosts } = agent
  const task = {
    instructions: agent.instructions ?? '', prompt: '', outputs: step.outputs ?? {}, model, maxTurns, maxOutputTokens, contextTokens, temperature,
    tools, permissions, allowCommands, allowHosts, root: '/', cwd: '/', env: {},
  }
  const toolbox = createToolbox(ports, task)
  const specs = [...toolbox.tools.values()].map(({ spec }) => spec).concat(toolbox.outputs?.spec ?? [])
  return mostInputTokens({ model, system: systemPrompt(task, toolbox), messages: [{ role: 'user', text: '' }], tools: specs, maxOutputTokens, temperature })
}
