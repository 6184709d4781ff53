import { createHash } from 'node:crypto'
import type { JsonObject } from '../base/json.ts'
import { agentsOf, checksNamed } from '../pipeline/involved.ts'
import type { AgentSpec, Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { plainText as text } from './plain-text.ts'
import { inOrder } from './order.ts'
import type { Plan } from './plan.ts'

/**
 * A digest of all that decides what a node does: its step's definition with its agent, model and checks, the workspace, the
 * pipeline's `env`, the inputs, its cell of the matrix, and what came from the steps it needs. Equal digests mean equal work.
 * Names for people (`name`, `description`) and what changes no result (`timeout`, `retry`, `continue_on_error`, `files`, `priority`,
 * `risk`, `cache`, `budget_usd`) are left out.
 */
export function fingerprint(plan: Plan, step: string, matrix: JsonObject | null, inputs: JsonObject, upstream: JsonObject): string {
  const spec = plan.steps.get(step)?.spec
  const { pipeline } = plan
  const known = memo.get(plan) ?? { env: text(pipeline.env), inputs: new WeakMap<JsonObject, string>() }
  memo.set(plan, known)
  const given = known.inputs.get(inputs) ?? text(inputs)
  known.inputs.set(inputs, given)
  // The canonical text of all parts under their names, of which some are the same for every node.
  const parts = `{"definition":${spec ? definitionText(pipeline, spec) : 'null'},"env":${known.env},"inputs":${given},"matrix":${text(matrix)},"upstream":${text(upstream)}}`
  return createHash('sha256').update(parts).digest('hex').slice(0, 32)
}

/** What is the same for all nodes of a plan. */
const memo = new WeakMap<Plan, { readonly env: string; readonly inputs: WeakMap<JsonObject, string> }>()

/**
 * A digest of what a step and all that it needs say, and of the `env` around them: equal ones of different runs come from equal
 * pipelines, as far as the step can tell.
 */
export function lineage(plan: Plan, step: string): string {
  const known = lineages.get(plan) ?? allLineages(plan)
  lineages.set(plan, known)
  return known.get(step) ?? ''
}

const lineages = new WeakMap<Plan, ReadonlyMap<string, string>>()

function allLineages(plan: Plan): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const id of inOrder(plan)) {
    const spec = plan.steps.get(id)?.spec
    const parts = [spec ? definitionText(plan.pipeline, spec) : '', text(spec?.matrix), ...(spec?.needs ?? []).map((need) => found.get(need) ?? '')]
    found.set(id, createHash('sha256').update(parts.join('\n')).digest('hex'))
  }
  return found
}

/** Asked for several times in every run. */
function definitionText(pipeline: Pipeline, spec: StepSpec): string {
  const texts = definitions.get(pipeline) ?? new Map<string, string>()
  definitions.set(pipeline, texts)
  const known = texts.get(spec.id) ?? text(definition(pipeline, spec))
  texts.set(spec.id, known)
  return known
}

const definitions = new WeakMap<Pipeline, Map<string, string>>()

function definition(pipeline: Pipeline, spec: StepSpec): unknown {
  const {
    name: _name, timeoutMs: _timeout, retry: _retry, needs: _needs, if: _if, files: _files, priority: _priority, risk: _risk, cache: _cache,
    budget: _budget, continueOnError: _tolerated, ...work
  } = spec
  const checks = checksNamed(spec)
  const team = agentsOf(pipeline, spec).map((agent) => member(pipeline, agent))
  // The base is settled once for a run, whatever the file says later. What was brought together once stays as it is.
  const { base: _base, onConflict: _policy, resolver: _resolver, ...workspace } = pipeline.workspace
  return {
    work,
    team,
    checks: checks.map((check) => pipeline.checks.get(check) ?? check),
    workspace,
    called: spec.kind === 'pipeline' ? calledDigest(pipeline.children.get(spec.pipeline)) : undefined,
  }
}

/** An agent with whoever answers it; words for people, and whom it stands before in a choice, change no result. */
function member(pipeline: Pipeline, agent: AgentSpec): unknown {
  const { description: _description, maxLoad: _load, priority: _priority, stallTimeoutMs: _stall, budget: _budget, ...own } = agent
  const provider = pipeline.providers.get(agent.provider)
  return { ...own, provider: provider && { type: provider.type, baseUrl: provider.baseUrl } }
}

const digests = new WeakMap<Pipeline, string>()

/** A digest of all that a called pipeline says, and of what it calls itself: there is no cycle. */
function calledDigest(called: Pipeline | undefined): string | undefined {
  const known = called && digests.get(called)
  if (!called || known !== undefined) return known
  const { file: _file, name: _name, description: _description, children, reports: _reports, autonomy: _autonomy, ...all } = called
  const below = [...called.steps.values()].map((step) => (step.kind === 'pipeline' ? calledDigest(children.get(step.pipeline)) : undefined))
  const digest = createHash('sha256').update(text({ ...all, below: below.filter((one) => one !== undefined) })).digest('hex')
  digests.set(called, digest)
  return digest
}
