import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { nearest } from '../document/suggest.ts'
import { didYouMean, oneOf, quoted } from './phrase.ts'
import type { InputSpec, Pipeline } from './pipeline.ts'

/** What a run was given for an input: a text from the command line, or a value from a file. */
export type Given = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'value'; readonly value: Json }

/**
 * The inputs of a run, typed and with their defaults, or all that is wrong with them as sentences. An input that is neither
 * given nor required nor has a default is null. No sentence tells the value of a secret input.
 */
export function resolveInputs(
  pipeline: Pick<Pipeline, 'inputs'>,
  given: ReadonlyMap<string, Given>,
): Result<JsonObject, readonly string[]> {
  const known = [...pipeline.inputs.keys()]
  const faults = [...given.keys()].filter((name) => !pipeline.inputs.has(name)).map((name) => unknownInput(name, known))
  const values: [string, Json][] = []
  for (const spec of pipeline.inputs.values()) {
    const resolved = resolve(spec, given.get(spec.name))
    if (resolved.ok) values.push([spec.name, resolved.value])
    else faults.push(resolved.error)
  }
  return faults.length > 0 ? err(faults) : ok(Object.fromEntries(values))
}

/** What a value of this input would have to be, if it is not that. */
export function valueFault({ type, options }: Pick<InputSpec, 'type' | 'options'>, value: Json): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'a text'
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a number'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : '`true` or `false`'
    case 'choice':
      return typeof value === 'string' && options.includes(value) ? undefined : oneOf(options)
    case 'json':
      return undefined
  }
}

function resolve(spec: InputSpec, given: Given | undefined): Result<Json, string> {
  if (given === undefined) {
    if (spec.default !== undefined) return ok(spec.default)
    return spec.required ? err(`the input ${quoted(spec.name)} is required and was not given`) : ok(null)
  }
  const read = given.kind === 'text' ? readText(spec, given.text) : ok(given.value)
  if (!read.ok) return read
  const fault = valueFault(spec, read.value)
  return fault === undefined ? read : err(mustBe(spec, fault, given.kind === 'text' ? given.text : read.value))
}

function readText(spec: InputSpec, text: string): Result<Json, string> {
  switch (spec.type) {
    case 'number':
      return ok(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text)
    case 'boolean':
      return ok(text === 'true' ? true : text === 'false' ? false : text)
    case 'json':
      try {
        return ok(JSON.parse(text) as Json)
      } catch {
        return err(mustBe(spec, 'valid JSON', text))
      }
    case 'string': case 'choice':
      return ok(text)
  }
}

function mustBe(spec: InputSpec, wanted: string, value: Json): string {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
  const meant = spec.type === 'choice' ? didYouMean(nearest(shown, spec.options)) : undefined
  const hint = meant === undefined ? '' : `, ${meant}`
  return `the input ${quoted(spec.name)} must be ${wanted}${spec.secret ? '' : `, not ${shown === '' ? 'an empty text' : quoted(shown)}${hint}`}`
}

function unknownInput(name: string, known: readonly string[]): string {
  const hint = didYouMean(nearest(name, known))
  const rest = hint === undefined ? (known.length === 0 ? ', it has none' : `, it has ${known.map(quoted).join(', ')}`) : `, ${hint}`
  return `the pipeline has no input ${quoted(name)}${rest}`
}
