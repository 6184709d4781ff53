import { hasExpression } from '../pipeline/template.ts'
import { agentsInvolved, checksNamed } from '../pipeline/involved.ts'
import type { StepSpec } from '../pipeline/pipeline.ts'
import type { Plan } from '../plan/plan.ts'

const memo = new WeakMap<Plan, Map<string, readonly string[]>>()

/**
 * The steps whose results a step's expressions name, in its own text and in that of its agent and checks. Only these are put
 * into its context: a chain of ten thousand steps would otherwise carry fifty million of them.
 */
export function namedSteps(plan: Plan, id: string): readonly string[] {
  const known = memo.get(plan) ?? new Map<string, readonly string[]>()
  memo.set(plan, known)
  const before = known.get(id)
  if (before) return before
  const spec = plan.steps.get(id)?.spec
  const named = spec ? find(plan, spec) : []
  known.set(id, named)
  return named
}

function find(plan: Plan, spec: StepSpec): readonly string[] {
  const texts = strings([spec, matrixTexts(spec), ...involved(plan, spec)]).filter((text) => hasExpression(text) || text === spec.if || /\bsteps\b/i.test(text))
  const names = new Set<string>()
  for (const text of texts) {
    for (const [, dotted, quoted] of text.matchAll(/\bsteps\s*(?:\.\s*([\w-]+)|\[\s*'([^']*)'\s*\])?/gi)) {
      const name = dotted ?? quoted
      if (name === undefined || name === '*') return [...plan.steps.keys()]
      for (const step of plan.steps.keys()) if (step.toLowerCase() === name.toLowerCase()) names.add(step)
    }
  }
  return [...names]
}

function matrixTexts(spec: StepSpec): unknown {
  if (spec.matrix === undefined || 'expression' in spec.matrix) return []
  return [...spec.matrix.dimensions.values()]
}

function involved(plan: Plan, spec: StepSpec): unknown[] {
  const { pipeline } = plan
  const agents = agentsInvolved(pipeline, spec).map(({ env }) => env)
  return [...checksNamed(spec).map((name) => pipeline.checks.get(name)?.run), ...agents, pipeline.workspace.setup]
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(strings)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(strings)
  return []
}
