import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'

/** The input of a tool, declared once: what the model is told and what is checked. */
export type Fields = Readonly<Record<string, Field>>

interface Field {
  readonly type: 'string' | 'integer' | 'strings'
  readonly about: string
  readonly optional?: true
  readonly minimum?: number
  readonly maximum?: number
  /** The only texts that are taken. */
  readonly values?: readonly string[]
}

interface Values {
  readonly string: string
  readonly integer: number
  readonly strings: readonly string[]
}

export type InputOf<F extends Fields> = {
  readonly [K in keyof F]: Values[F[K]['type']] | (F[K] extends { readonly optional: true } ? undefined : never)
}

/** The JSON Schema of an input. */
export function inputSchema(fields: Fields): JsonObject {
  const names = Object.keys(fields)
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])),
    required: names.filter((name) => fields[name]?.optional !== true),
    additionalProperties: false,
  }
}

function fieldSchema({ type, about, minimum, maximum, values }: Field): JsonObject {
  if (type === 'strings') return { type: 'array', items: { type: 'string' }, description: about }
  return {
    type,
    description: about,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(values === undefined ? {} : { enum: values }),
  }
}

/** The input as the tool takes it, or what is wrong with it, as a sentence to the model. `null` counts as left out. */
export function checkInput<F extends Fields>(fields: F, input: JsonObject): Result<InputOf<F>, string> {
  const known = Object.keys(fields)
  const stray = Object.keys(input).find((key) => !Object.hasOwn(fields, key))
  if (stray !== undefined) return err(`there is no field \`${stray.slice(0, 100)}\`; the fields are ${listed(known)}`)
  for (const name of known) {
    const field = fields[name]
    const problem = field && problemOf(name, field, valueOf(input, name))
    if (problem !== undefined) return err(problem)
  }
  return ok(Object.fromEntries(known.map((name) => [name, valueOf(input, name)])) as InputOf<F>)
}

function valueOf(input: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined
}

function problemOf(name: string, field: Field, value: Json | undefined): string | undefined {
  if (value === undefined) return field.optional ? undefined : `the field \`${name}\` is missing`
  switch (field.type) {
    case 'string':
      if (typeof value !== 'string') return `\`${name}\` must be a string`
      return field.values?.includes(value) === false ? `\`${name}\` must be one of ${listed(field.values)}` : undefined
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : `\`${name}\` must be a list of strings`
    case 'integer':
      return integerProblem(name, field, value)
  }
}

function integerProblem(name: string, { minimum, maximum }: Field, value: Json): string | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return `\`${name}\` must be a whole number`
  if (minimum !== undefined && value < minimum) return `\`${name}\` must be at least ${minimum}, not ${value}`
  if (maximum !== undefined && value > maximum) return `\`${name}\` must be at most ${maximum}, not ${value}`
  return undefined
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
