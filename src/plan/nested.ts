import type { Json, JsonObject } from '../base/json.ts'
import { canonical, isObject } from '../base/json.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { Pipeline, PipelineStep } from '../pipeline/pipeline.ts'
import { hasExpression, scanTemplate } from '../pipeline/template.ts'
import { buildPlan } from './build.ts'
import { estimate } from './estimate.ts'
import type { RunCost } from './estimate.ts'
import { createKnown } from './known.ts'
import type { Known, KnownInputs } from './known.ts'
import type { Rates } from './node-cost.ts'
import { unfold } from './unfold.ts'

/** What pipelines that are called as a step cost. Each is estimated once for the same inputs, however often it is called. */
export function createNestedCost(
  expressions: Expressions | undefined, ratesOf: (pipeline: Pipeline) => Rates,
): (pipeline: Pipeline, known: Known) => RunCost {
  const made = new Map<string, RunCost>()
  const whole = (pipeline: Pipeline, known: Known): RunCost => estimate(pipeline, unfold(buildPlan(pipeline), known), known, ratesOf(pipeline), (step, matrix) => {
    const child = pipeline.children.get(step.pipeline)
    if (!child) return undefined
    const inputs = inputsOf(child, step, matrix, known)
    const key = canonical([step.pipeline, inputs.values, [...inputs.unknown]])
    const cost = made.get(key) ?? whole(child, createKnown(expressions, inputs))
    made.set(key, cost)
    return cost
  })
  return whole
}

function inputsOf(child: Pipeline, { with: given }: PipelineStep, matrix: JsonObject | null, known: Known): KnownInputs {
  const unknown: string[] = []
  const values = [...child.inputs.values()].map((spec): [string, Json] => {
    const own = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined
    const value = own === undefined ? (spec.default ?? (spec.required ? undefined : null)) : filled(own, matrix, known)
    if (value === undefined || spec.secret) unknown.push(spec.name)
    return [spec.name, value ?? null]
  })
  return { values: Object.fromEntries(values), unknown }
}

/** A value with its expressions evaluated; undefined where only the run can tell one of them. */
function filled(value: Json, matrix: JsonObject | null, known: Known): Json | undefined {
  if (typeof value === 'string') return filledText(value, matrix, known)
  if (typeof value !== 'object' || value === null) return value
  const items = Object.entries(value).map(([key, item]) => [key, filled(item, matrix, known)] as const)
  const whole = items.flatMap(([key, item]) => (item === undefined ? [] : [[key, item] as const]))
  if (whole.length < items.length) return undefined
  return isObject(value) ? Object.fromEntries(whole) : whole.map(([, item]) => item)
}

function filledText(template: string, matrix: JsonObject | null, known: Known): Json | undefined {
  if (!hasExpression(template)) return template
  const segments = scanTemplate(template)
  const [only] = segments
  if (segments.length === 1 && only?.kind === 'expression') {
    const value = known.value(only.source, matrix)
    return value?.ok === true ? value.value : undefined
  }
  const pieces = segments.map((segment) => {
    if (segment.kind === 'text') return segment.text
    const text = known.text(segment.source, matrix)
    return text?.ok === true ? text.value : undefined
  })
  return pieces.includes(undefined) ? undefined : pieces.join('')
}
