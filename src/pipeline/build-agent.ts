import { buildEnv } from './build-values.ts'
import type { AgentSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

type AgentText = NonNullable<PipelineText['agents']>[string]

export function buildAgent(name: string, agent: AgentText): AgentSpec {
  const model = agent.model ?? '/'
  const slash = model.indexOf('/')
  return {
    name,
    description: agent.description,
    executor: agent.executor ?? 'llm',
    command: agent.command ?? [],
    provider: model.slice(0, slash),
    model: model.slice(slash + 1),
    instructions: agent.instructions,
    instructionsFile: agent.instructions_file,
    tools: [...new Set(agent.tools)],
    permissions: agent.permissions ?? 'limited',
    allowCommands: agent.allow_commands ?? [],
    maxTurns: agent.max_turns ?? 50,
    maxOutputTokens: agent.max_output_tokens ?? 8192,
    temperature: agent.temperature,
    env: buildEnv(agent.env),
  }
}
