import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Expressions, Scope } from '../pipeline/expression.ts'
import { resolveInputs } from '../pipeline/inputs.ts'
import type { Given } from '../pipeline/inputs.ts'
import type { Pipeline, PipelineStep } from '../pipeline/pipeline.ts'

/** The inputs of a called pipeline, typed and with its defaults, or all that is wrong with what it is given, in one sentence. */
export function withInputs(step: PipelineStep, child: Pipeline, expressions: Expressions | undefined, scope: Scope): Result<JsonObject, string> {
  const given = new Map<string, Given>()
  for (const [name, template] of Object.entries(step.with)) {
    const value = expressions ? rendered(template, expressions, scope) : ok(template)
    if (!value.ok) return err(`\`with.${name}\` of \`${step.id}\` cannot be evaluated: ${value.error}`)
    given.set(name, asGiven(child, name, value.value))
  }
  const resolved = resolveInputs(child, given)
  return resolved.ok ? resolved : err(`the pipeline \`${child.name}\` cannot take what it is given: ${resolved.error.join(', ')}`)
}

/** What scripts hand on is text, and a number all the same where one is wanted. */
function asGiven(child: Pipeline, name: string, value: Json): Given {
  const type = child.inputs.get(name)?.type
  return typeof value === 'string' && (type === 'number' || type === 'boolean') ? { kind: 'text', text: value } : { kind: 'value', value }
}

function rendered(value: Json, expressions: Expressions, scope: Scope): Result<Json, string> {
  if (typeof value === 'string') return expressions.render(value, scope)
  if (typeof value !== 'object' || value === null) return ok(value)
  const entries: [string, Json][] = []
  for (const [key, item] of Object.entries(value)) {
    const inner = rendered(item, expressions, scope)
    if (!inner.ok) return inner
    entries.push([key, inner.value])
  }
  return ok(Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries))
}
