import { posix } from 'node:path'
import type { Json } from '../base/json.ts'
import { buildAgent } from './build-agent.ts'
import { buildCheck } from './build-check.ts'
import { buildToolServer } from './build-mcp.ts'
import { buildProvider } from './build-provider.ts'
import { buildRoute } from './build-route.ts'
import { buildStep } from './build-step.ts'
import { withDefaults } from './defaults.ts'
import { buildDuration, buildEnv, buildMap, buildMoney } from './build-values.ts'
import type { LimitsSpec } from './limits-spec.ts'
import type { InputSpec, Pipeline, WorkspaceSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

/** What the author meant, from a value that was found to be right; `children` may still be filled. */
export function buildPipeline(text: PipelineText, file: string, children: ReadonlyMap<string, Pipeline>): Pipeline {
  const routes = buildMap(text.routes, buildRoute)
  const providers = buildMap(text.providers, buildProvider)
  return {
    file,
    name: text.name ?? posix.parse(file.replaceAll('\\', '/')).name,
    description: text.description,
    inputs: buildMap(text.inputs, buildInput),
    env: buildEnv(text.env),
    providers,
    routes,
    limits: buildLimits(text.limits),
    toolServers: buildMap(text.mcp, buildToolServer),
    agents: buildMap(text.agents, (name, agent) => buildAgent(name, agent, routes, providers)),
    checks: buildMap(text.checks, buildCheck),
    workspace: buildWorkspace(text.workspace),
    autonomy: text.autonomy ?? 'full',
    steps: buildMap(text.steps, (id, step) => buildStep(id, withDefaults(step, text), file)),
    outputs: buildEnv(text.outputs),
    reports: text.reports ?? {},
    children,
  }
}

type InputText = NonNullable<PipelineText['inputs']>[string]

function buildInput(name: string, input: InputText): InputSpec {
  return {
    name,
    type: input.type ?? 'string',
    options: input.options ?? [],
    required: input.required ?? false,
    default: input.default as Json | undefined,
    description: input.description,
    secret: input.secret ?? false,
  }
}

function buildLimits(limits: PipelineText['limits']): LimitsSpec {
  return {
    budget: buildMoney(limits?.budget_usd),
    dailyBudget: buildMoney(limits?.daily_budget_usd),
    zone: limits?.zone ?? 'UTC',
    timeoutMs: buildDuration(limits?.timeout),
    concurrency: limits?.concurrency,
    warnAt: [...(limits?.warn_at ?? [])].sort((one, other) => one - other),
    maxWaitMs: buildDuration(limits?.max_wait) ?? 300_000,
    providers: buildMap(limits?.providers, (_name, { rpm, tpm, itpm, otpm, concurrency, daily_budget_usd: daily }) => {
      return { rpm, tpm, itpm, otpm, concurrency, dailyBudget: buildMoney(daily) }
    }),
  }
}

function buildWorkspace(workspace: PipelineText['workspace']): WorkspaceSpec {
  return {
    base: workspace?.base ?? 'HEAD', setup: workspace?.setup, link: workspace?.link ?? [], copy: workspace?.copy ?? [], allowProtected: workspace?.allow_protected ?? [],
    onConflict: workspace?.on_conflict ?? 'fail', resolver: workspace?.resolver,
  }
}
