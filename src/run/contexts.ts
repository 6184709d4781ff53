import type { Json, JsonObject } from '../base/json.ts'
import { picoToUsd } from '../base/money.ts'
import type { Expressions, Scope } from '../pipeline/expression.ts'
import type { Plan } from '../plan/plan.ts'
import type { Facts } from './facts.ts'
import { needsSucceeded } from './next.ts'
import type { NodeState, Run, StepOutcome, StepState } from './run.ts'
import { namedSteps } from './named-steps.ts'

/** What the expressions of one node may name. `env` holds the pipeline's own variables; a step adds its own. */
export function scopeOf(plan: Plan, run: Run, facts: Facts, expressions: Expressions | undefined, at: Spot): Scope {
  const contexts: Record<string, Json> = {
    inputs: facts.inputs,
    matrix: at.matrix ?? {},
    run: { id: run.id, attempt: at.attempt, pipeline: run.pipeline },
    git: facts.git,
    github: facts.github,
    secrets: facts.secrets,
    // Where no expression is loaded, none names a step.
    steps: { ...facts.outerSteps, ...(expressions ? stepsContext(plan, run, at.step) : {}) },
    env: {},
  }
  const scope: Scope = { contexts, status: statusFunctions(run, at.step) }
  contexts.env = pipelineEnv(plan, expressions, scope)
  return scope
}

/** Where an expression stands: a step, a cell of its matrix, an attempt. */
export interface Spot {
  readonly step: string
  readonly matrix: JsonObject | null
  readonly attempt: number
}

/** The scope of the pipeline's `outputs`: every step may be named. */
export function finalScope(plan: Plan, run: Run, facts: Facts, expressions: Expressions | undefined): Scope {
  const scope = scopeOf(plan, run, facts, expressions, { step: '', matrix: null, attempt: 1 })
  const steps = Object.fromEntries([...run.steps.values()].map((step) => [step.id, stepContext(run, step)]))
  return { ...scope, contexts: { ...scope.contexts, steps } }
}

function pipelineEnv(plan: Plan, expressions: Expressions | undefined, scope: Scope): JsonObject {
  const entries = Object.entries(plan.pipeline.env).map(([name, template]) => {
    const rendered = expressions?.text(template, scope)
    return [name, rendered?.ok ? rendered.value : template] as const
  })
  return Object.fromEntries(entries)
}

function statusFunctions(run: Run, step: string): Scope['status'] {
  return {
    success: () => needsSucceeded(run, step),
    failure: () => !needsSucceeded(run, step),
    cancelled: () => run.stopping !== null,
  }
}

function stepsContext(plan: Plan, run: Run, id: string): JsonObject {
  const named = namedSteps(plan, id)
  return Object.fromEntries(named.flatMap((name) => {
    const step = run.steps.get(name)
    return step ? [[name, stepContext(run, step)]] : []
  }))
}

const STATUS: Readonly<Record<StepOutcome, string>> = { passed: 'passed', failed: 'failed', skipped: 'skipped', blocked: 'skipped' }

/** A step as expressions see it. Of several cells the last one that set an output wins, as on GitHub. */
function stepContext(run: Run, step: StepState): JsonObject {
  const nodes = (step.nodes ?? []).flatMap((id) => run.nodes.get(id) ?? [])
  return {
    status: nodes.some((node) => node.status === 'failed') ? 'failed' : step.outcome === null ? 'pending' : STATUS[step.outcome],
    outputs: Object.fromEntries(nodes.flatMap((node) => Object.entries(node.outputs))),
    exit_code: lastOf(nodes, (node) => node.exitCode),
    commit: lastOf(nodes, (node) => node.commit),
    cost_usd: picoToUsd(nodes.reduce((sum, node) => sum + node.cost, 0n)),
  }
}

function lastOf<T>(nodes: readonly NodeState[], pick: (node: NodeState) => T | null): T | null {
  return nodes.map(pick).findLast((value) => value !== null) ?? null
}
