import { buildDuration, buildEnv, buildList, buildMoney } from './build-values.ts'
import { modelName } from './build-route.ts'
import type { AgentSpec, ProviderSpec, RouteSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'
import { canAsk, isProgramExecutor, LONGEST_ANSWER } from './words.ts'

type AgentText = NonNullable<PipelineText['agents']>[string]

/** Longer than any tool of ours may take. */
const STALL_TIMEOUT_MS = 900_000

export function buildAgent(name: string, agent: AgentText, routes: ReadonlyMap<string, RouteSpec>, providers: ReadonlyMap<string, ProviderSpec>): AgentSpec {
  const executor = agent.executor ?? 'llm'
  const program = isProgramExecutor(executor) ? executor : undefined
  const named = agent.model === undefined ? (routes.get(agent.route ?? '')?.models ?? []) : [modelName(agent.model)]
  const asked = (provider: ProviderSpec | undefined): boolean => program !== undefined && provider !== undefined && canAsk(program, provider.type)
  // A program's session is tied to one model.
  const candidates = program === undefined ? named : named.filter((model) => asked(providers.get(model.provider))).slice(0, 1)
  const isFree = program !== undefined && agent.model === undefined && agent.route === undefined
  return {
    name,
    description: agent.description,
    executor,
    command: agent.command ?? [],
    provider: candidates[0]?.provider ?? (isFree ? [...providers.values()].find(asked)?.name : undefined) ?? '',
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
    maxTurns: agent.max_turns ?? (program === undefined ? 50 : Number.POSITIVE_INFINITY),
    maxOutputTokens: agent.max_output_tokens ?? (program === undefined ? LONGEST_ANSWER.model : LONGEST_ANSWER.program),
    contextTokens: agent.context_tokens,
    temperature: agent.temperature,
    capabilities: buildList(agent.capabilities),
    maxLoad: agent.max_load,
    priority: agent.priority ?? 0,
    backup: buildList(agent.backup),
    stallTimeoutMs: buildDuration(agent.stall_timeout) ?? STALL_TIMEOUT_MS,
    env: buildEnv(agent.env),
  }
}
