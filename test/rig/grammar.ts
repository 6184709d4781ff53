import * as fc from 'fast-check'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { STEP_KINDS, foreignKeys } from '../../src/pipeline/words.ts'

/** What is used of a JSON Schema. */
export interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly title?: string
  readonly type?: string | readonly string[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly examples?: readonly Json[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** Few names, so that what is named is often there. */
const NAMES = ['a', 'b', 'c', 'bot', 'tests', 'p', 'up-1', 'constructor', '__proto__', 'é', '']
const TEXTS = [
  'echo hi', 'p/m', 'a/b/c', '5s', '0s', 'true', 'no', '~', '1e3', '0x10', '.inf', 'child.yml', '../p.yml', '/etc/passwd', '**/*.ts', '!x', 'a\u0000b', 'a\nb', '😀', '\u202E',
  '${{ inputs.a }}', '${{ steps.a.outputs.x }}', '${{ steps.b.status }}', "${{ fromJSON('[1, 2]') }}", '${{ matrix.a }}', '${{', '${{ }}', "${{ 'it''s' }}", '${{ env.A && !secrets.B }}',
  "echo '${{ inputs.a }}' \"${{ env.A }}\" $(( ${{ inputs.b }} ))", 'cat <<E\n${{ inputs.a }}\nE', 'always()', 'success() && failure()', 'toJSON(steps)', 'a == ', '(((',
]

const names = fc.constantFrom(...NAMES)
const texts = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.string({ maxLength: 12 }) })
const anything = fc.oneof(texts, names, fc.constantFrom<Json[]>(null, true, false, 0, 1, -1, 1.5, 1e300, 9007199254740993, [], {}, ['a'], { a: 'b' }, [[1]]))

/** Pipelines as the published schema describes them, so that a new key is tried from the day that it is there; then a few of its parts are wrong. */
export function pipelinesOf(root: Schema): fc.Arbitrary<Json> {
  const known = new Map<string, fc.Arbitrary<Json>>()
  const make = (schema: Schema, depth: number): fc.Arbitrary<Json> => {
    if (schema.$ref === undefined) return valueOf(schema, depth, make)
    const key = `${schema.$ref} ${depth}`
    const definition = root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}
    const made = known.get(key) ?? valueOf(definition, depth, make)
    known.set(key, made)
    return made
  }
  const { steps, ...rest } = root.properties ?? {}
  const parts = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, fc.option(make(part, 3), { nil: undefined, freq: 1 })]))
  return fc.record({ ...parts, steps: make(steps ?? {}, 4) }).chain((pipeline) => spoilt(without(pipeline as JsonObject)))
}

type Make = (schema: Schema, depth: number) => fc.Arbitrary<Json>

function valueOf(schema: Schema, depth: number, make: Make): fc.Arbitrary<Json> {
  const shown = schema.examples ?? []
  const own = ownValue(schema, depth, make)
  return shown.length === 0 ? own : fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...shown) }, { weight: 2, arbitrary: own })
}

function ownValue(schema: Schema, depth: number, make: Make): fc.Arbitrary<Json> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (depth < 0) return anything
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const all = types.map((type) => typedValue(type, schema, depth, make))
  const [first, ...others] = [...all, ...(schema.anyOf ?? []).map((part) => make(part, depth - 1))]
  return first ? fc.oneof(first, ...others) : anything
}

function typedValue(type: string, schema: Schema, depth: number, make: Make): fc.Arbitrary<Json> {
  switch (type) {
    case 'string': return fc.oneof(texts, names)
    case 'boolean': return fc.boolean()
    case 'integer': return fc.constantFrom(0, 1, 2, 60, 100_000, -1)
    case 'number': return fc.constantFrom(0, 0.5, 1, 3.25, 1e9, -0.5)
    case 'array': return fc.array(schema.items ? make(schema.items, depth - 1) : anything, { maxLength: 3 })
    case 'object': return mappingOf(schema, depth, make)
    default: return anything
  }
}

function mappingOf(schema: Schema, depth: number, make: Make): fc.Arbitrary<Json> {
  const { properties = {}, required = [], additionalProperties } = schema
  const other = typeof additionalProperties === 'object' ? make(additionalProperties, depth - 1) : undefined
  const more = other ? fc.dictionary(names, other, { minKeys: 1, maxKeys: 3 }) : fc.constant<Record<string, Json>>({})
  const parts = Object.fromEntries(Object.entries(properties).map(([key, part]) => {
    const value = make(part, depth - 1)
    return [key, required.includes(key) ? value : fc.option(value, { nil: undefined, freq: 1 })]
  }))
  const whole = fc.tuple(fc.record(parts), more).map(([own, added]) => ({ ...without(own as JsonObject), ...added }))
  if (schema.title !== 'step') return whole
  // Of one kind, or hardly any step would be right.
  return fc.tuple(whole, fc.constantFrom(...STEP_KINDS), fc.oneof(texts, names)).map(([step, kind, value]) => {
    const kept = Object.entries(step).filter(([key]) => !foreignKeys(kind).includes(key))
    return { [kind]: value, ...Object.fromEntries(kept) }
  })
}

function without(value: JsonObject): JsonObject {
  return Object.fromEntries<Json>(Object.entries(value).filter(([, item]) => item !== undefined))
}

/** The same with up to three parts replaced, renamed, removed or put elsewhere. */
export function spoilt(value: Json): fc.Arbitrary<Json> {
  const change = fc.record({ at: fc.nat(400), what: fc.constantFrom('replace', 'rename', 'remove', 'graft'), by: anything, key: fc.oneof(names, fc.constantFrom('run', 'needs', 'if', 'stesp', 'env')) })
  return fc.array(change, { maxLength: 3 }).map((changes) => changes.reduce<Json>((now, one) => changed(now, one), value))
}

interface Change {
  readonly at: number
  readonly what: string
  readonly by: Json
  readonly key: string
}

function changed(root: Json, { at, what, by, key }: Change): Json {
  const copy = structuredClone(root)
  const spots: { owner: Record<string, Json>; name: string }[] = []
  const open: Json[] = [copy]
  for (const value of open) {
    if (typeof value !== 'object' || value === null) continue
    for (const [name, item] of Object.entries(value)) {
      spots.push({ owner: value as Record<string, Json>, name })
      open.push(item)
    }
  }
  const spot = spots[at % Math.max(spots.length, 1)]
  if (!spot) return copy
  const { owner, name } = spot
  const here = owner[name] ?? null
  if (what === 'replace') set(owner, name, by)
  else if (what === 'graft') set(owner, name, structuredClone(spots[(at * 7) % spots.length]?.owner ?? by))
  else if (!Array.isArray(owner)) {
    Reflect.deleteProperty(owner, name)
    if (what === 'rename') set(owner, key, here)
  }
  return copy
}

/** As an own key, whatever its name. */
function set(owner: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Texts of YAML in all its styles, most of them right, and pieces of it where they do not belong. */
export const yaml: fc.Arbitrary<string> = fc.letrec<{ node: string; flow: string; scalar: string }>((tie) => ({
  scalar: fc.oneof(
    fc.constantFrom('a', 'plain text', "'single ''quoted'''", '"double \\" \\u0041 \\n"', '~', 'null', 'true', '12', '0o7', '1_000', '.nan', '2026-11-27', '!!str 5', '!!int "3"', '!custom x', '&a x', '*a', '*b', ''),
    fc.constantFrom('"', "'", '[', '{', '}', '- ', '? ', ': ', '%', '@', '`', '!', '&', '*', '|', '>', '# c', '\t', '"\\x"', '"\\ud800"', '\u0000', '\u2028', '\uFEFF'),
    fc.string({ maxLength: 8 }),
  ),
  flow: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('scalar'),
    fc.array(tie('flow'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc.array(fc.tuple(tie('scalar'), tie('flow')), { maxLength: 4 }).map((pairs) => `{ ${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')} }`)),
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('flow'),
    fc.tuple(fc.constantFrom('|', '>', '|-', '>+', '|2', '| # c'), fc.array(fc.oneof(tie('scalar'), fc.constant('')), { maxLength: 4 })).map(([mark, lines]) => `${mark}\n${indented(lines.join('\n'))}`),
    fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((items) => `\n${items.map((item) => `- ${indented(item).trimStart()}`).join('\n')}`),
    fc.array(fc.tuple(fc.oneof(tie('scalar'), fc.constantFrom('steps', 'run', 'a', '<<', 'needs')), tie('node')), { minLength: 1, maxLength: 4 })
      .map((pairs) => `\n${pairs.map(([key, value]) => `${key}: ${indented(value).trimStart()}`).join('\n')}`)),
})).node

function indented(text: string): string {
  return text.split('\n').map((line) => (line === '' ? line : `  ${line}`)).join('\n')
}

const PIECES = ['\n', ' ', '  ', '\t', ':', ': ', '- ', '"', "'", '{', '}', '[', ']', '|', '>', '&a ', '*a', '#', '!', '%', '${{', '}}', '\\', '\r\n', '\u0000', '\u2028', '---\n', '...\n', '? ', '<<: *a', '\uD800']

/** A text with a few pieces put in, or stretches left out. */
export function torn(text: string): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(text.length), length: fc.nat(6), piece: fc.constantFrom('', ...PIECES) })
  return fc.array(cut, { minLength: 1, maxLength: 4 }).map((cuts) => cuts.reduce((now, { at, length, piece }) => now.slice(0, at) + piece + now.slice(at + length), text))
}
