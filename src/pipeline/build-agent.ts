import { buildDuration, buildEnv, buildList, buildMoney } from './build-values.ts'
import { modelName } from './build-route.ts'
import type { AgentSpec, RouteSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

type AgentText = NonNullable<PipelineText['agents']>[string]

/** Longer than any tool of ours may take. */
const STALL_TIMEOUT_MS = 900_000

export function buildAgent(name: string, agent: AgentText, routes: ReadonlyMap<string, RouteSpec>): AgentSpec {
  const candidates = agent.model === undefined ? (routes.get(agent.route ?? '')?.models ?? []) : [modelName(agent.model)]
  return {
    name,
    description: agent.description,
    executor: agent.executor ?? 'llm',
    command: agent.command ?? [],
    provider: candidates[0]?.provider ?? '',
    model: candidates[0]?.model ?? '',
    route: agent.route,
    candidates,
    budget: buildMoney(agent.budget_usd),
    instructions: agent.instructions,
    instructionsFile: agent.instructions_file,
    tools: [...new Set(agent.tools)],
    permissions: agent.permissions ?? 'limited',
    allowCommands: agent.allow_commands ?? [],
    allowHosts: [...new Set(agent.allow_hosts)],
    sandbox: agent.sandbox ?? 'auto',
    maxTurns: agent.max_turns ?? 50,
    maxOutputTokens: agent.max_output_tokens ?? 8192,
    temperature: agent.temperature,
    capabilities: buildList(agent.capabilities),
    maxLoad: agent.max_load,
    priority: agent.priority ?? 0,
    backup: buildList(agent.backup),
    stallTimeoutMs: buildDuration(agent.stall_timeout) ?? STALL_TIMEOUT_MS,
    env: buildEnv(agent.env),
  }
}
