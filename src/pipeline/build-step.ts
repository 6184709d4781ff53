import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { buildDuration, buildEnv, buildList, buildMoney } from './build-values.ts'
import { calledFile } from './called-file.ts'
import type { MatrixSpec } from './matrix-spec.ts'
import type { AgentStep, CacheSpec, CommonStep, DeliverStep, OutputsSpec, RetrySpec, StepSpec, Template } from './pipeline.ts'
import { conditionExpression } from './template.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'
import type { MatrixText } from './vocabulary/step.ts'
import { AUTO, MOST_TASKS } from './words.ts'

type StepText = PipelineText['steps'][string]

/** `file`: where the step stands; the paths of other pipelines are relative to its folder. */
export function buildStep(id: string, step: StepText, file: string): StepSpec {
  const common = {
    id,
    name: step.name,
    needs: [...new Set([...buildList(step.merge), ...buildList(step.needs)])],
    if: step.if === undefined ? undefined : expressionOf(String(step.if)),
    matrix: step.matrix === undefined ? undefined : buildMatrix(step.matrix),
    env: buildEnv(step.env),
    timeoutMs: buildDuration(step.timeout),
    retry: buildRetry(step.retry),
    continueOnError: step.continue_on_error ?? false,
    workspace: step.workspace ?? 'inherit',
    artifacts: buildList(step.artifacts),
    files: buildList(step.files),
    priority: step.priority ?? 0,
    budget: buildMoney(step.budget_usd),
    risk: step.risk ?? 'low',
    cache: buildCache(step.cache),
  }
  if (step.agent !== undefined) {
    return {
      ...common, kind: 'agent', ...buildRace(step.agent, step), capabilities: buildList(step.capabilities), prompt: step.prompt, promptFile: step.prompt_file,
      outputs: step.outputs === undefined ? undefined : Object.fromEntries(Object.entries(step.outputs)),
      verify: buildList(step.verify), repair: step.repair ?? 0,
    }
  }
  if (step.merge !== undefined) {
    return {
      ...common, kind: 'merge', merge: buildList(step.merge), onConflict: step.on_conflict ?? 'fail', resolver: step.resolver,
      verify: buildList(step.verify), repair: step.repair ?? 0,
    }
  }
  if (step.tasks !== undefined) {
    return {
      ...common, kind: 'tasks', tasks: step.tasks as Template | readonly Json[], maxTasks: step.max_tasks ?? MOST_TASKS, assign: step.assign ?? AUTO,
      onConflict: step.on_conflict ?? 'fail', resolver: step.resolver, verify: buildList(step.verify), repair: step.repair ?? 0,
    }
  }
  if (step.pipeline !== undefined) return { ...common, kind: 'pipeline', pipeline: calledFile(file, step.pipeline), with: cell(step.with ?? {}) }
  if (step.deliver !== undefined) return { ...common, kind: 'deliver', ...buildDeliver(step.deliver) }
  if (step.approve !== undefined) return { ...common, kind: 'approve', approve: step.approve }
  if (step.check !== undefined) return { ...common, kind: 'check', checks: buildList(step.check) }
  return { ...common, kind: 'run', run: step.run ?? '', shell: step.shell ?? 'bash -euo pipefail', outputs: buildOutputs(step.outputs) }
}

function buildRace(agent: string | readonly string[], { pick, judge }: Pick<StepText, 'pick' | 'judge'>): Pick<AgentStep, 'agent' | 'race'> {
  if (typeof agent === 'string') return { agent, race: undefined }
  return { agent: agent[0] ?? '', race: { agents: [...agent], pick: pick ?? 'first_passing', judge } }
}

function buildDeliver({ patch, branch, pull_request: pull, comment, unverified }: NonNullable<StepText['deliver']>): Omit<DeliverStep, keyof CommonStep | 'kind'> {
  const pullRequest = pull && { title: pull.title, body: pull.body, base: pull.base, branch: pull.branch, draft: pull.draft ?? false, labels: pull.labels ?? [] }
  return { patch, branch, pullRequest, comment, unverified: unverified ?? false }
}

function expressionOf(text: string): string {
  return (conditionExpression(text)?.source ?? text).trim()
}

function buildCache(cache: StepText['cache']): CacheSpec | undefined {
  if (cache === undefined || cache === false) return undefined
  return cache === true ? { key: undefined, paths: [] } : { key: cache.key, paths: buildList(cache.paths) }
}

function buildRetry(retry: StepText['retry']): RetrySpec {
  return {
    attempts: retry?.attempts ?? 1,
    backoffMs: buildDuration(retry?.backoff) ?? 1000,
    maxDelayMs: buildDuration(retry?.max_delay) ?? 300_000,
    on: retry?.on === undefined ? undefined : buildList(retry.on),
  }
}

function buildMatrix(matrix: MatrixText): MatrixSpec {
  if (typeof matrix === 'string') return { expression: expressionOf(matrix) }
  const { include = [], exclude = [], ...lists } = matrix
  const dimensions = Object.entries(lists).map(([name, values]) =>
    [name, typeof values === 'string' ? { expression: expressionOf(values) } : ((values ?? []) as readonly Json[])] as const)
  return { dimensions: new Map(dimensions), include: include.map(cell), exclude: exclude.map(cell) }
}

function cell(values: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(values)) as JsonObject
}

function buildOutputs(outputs: StepText['outputs']): OutputsSpec | undefined {
  if (outputs === undefined) return undefined
  if (isObject(outputs)) return new Map(Object.entries(outputs as Readonly<Record<string, JsonObject>>))
  return new Map(outputs.map((name) => [name, undefined]))
}
