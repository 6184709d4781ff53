import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'

/** The words of JSON Schema that our schemas use: a test looks that there are no others. */
export interface BareSchema {
  readonly type?: string | readonly string[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, AnySchema>>
  readonly patternProperties?: Readonly<Record<string, AnySchema>>
  readonly additionalProperties?: AnySchema
  readonly propertyNames?: AnySchema
  readonly items?: AnySchema
  readonly allOf?: readonly AnySchema[]
  readonly anyOf?: readonly AnySchema[]
  readonly not?: AnySchema
  readonly if?: AnySchema
  readonly then?: AnySchema
  readonly else?: AnySchema
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, AnySchema>>
}

type AnySchema = BareSchema | boolean
type Test = (at: Json) => boolean

/**
 * A test whether a value fits a schema, and nothing else: a few functions for each part of it are a tenth of the code that tells
 * all mistakes, and of a pipeline without any that code need not be loaded.
 */
export function createFit({ $defs, ...root }: BareSchema): Test {
  const defined = new Map<string, Test>()
  const define = (ref: string): Test => {
    const name = ref.slice('#/$defs/'.length)
    const known = defined.get(name) ?? compile($defs?.[name] ?? false, define)
    defined.set(name, known)
    return known
  }
  return compile(root, define)
}

type Define = (ref: string) => Test

function compile(schema: AnySchema, define: Define): Test {
  if (typeof schema === 'boolean') return () => schema
  const tests: Test[] = []
  const make = (part: AnySchema): Test => compile(part, define)
  addAlone(schema, tests)
  addMapping(schema, tests, make)
  addList(schema, tests, make)
  addLogic(schema, tests, make)
  const { $ref } = schema
  // Looked up when it is needed, since definitions may name each other.
  if ($ref !== undefined) tests.push((at) => define($ref)(at))
  const [only] = tests
  return tests.length === 1 && only ? only : (at) => all(tests, at)
}

function all(tests: readonly Test[], at: Json): boolean {
  for (const test of tests) if (!test(at)) return false
  return true
}

function addAlone(schema: BareSchema, tests: Test[]): void {
  const { type, pattern, minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema
  if (typeof type === 'string') tests.push(typeTest(type))
  else if (type !== undefined) {
    const types = type.map(typeTest)
    tests.push((at) => types.some((one) => one(at)))
  }
  if ('const' in schema) tests.push((at) => at === schema.const)
  if (schema.enum !== undefined) {
    const allowed = new Set(schema.enum)
    tests.push((at) => allowed.has(at))
  }
  if (pattern !== undefined) {
    const regex = regexOf(pattern)
    tests.push((at) => typeof at !== 'string' || regex.test(at))
  }
  if (minimum > -Infinity || maximum < Infinity || exclusiveMinimum > -Infinity) {
    tests.push((at) => typeof at !== 'number' || (at >= minimum && at <= maximum && at > exclusiveMinimum))
  }
}

function typeTest(type: string): Test {
  switch (type) {
    case 'null': return (at) => at === null
    case 'array': return (at) => Array.isArray(at)
    case 'object': return isObject
    case 'integer': return (at) => Number.isInteger(at)
    case 'number': return (at) => Number.isFinite(at)
    default: return (at) => typeof at === type
  }
}

type Make = (schema: AnySchema) => Test

function addMapping(schema: BareSchema, tests: Test[], make: Make): void {
  const { properties, patternProperties, additionalProperties, propertyNames, required, minProperties = 0 } = schema
  if (required !== undefined) tests.push((at) => !isObject(at) || required.every((name) => Object.hasOwn(at, name)))
  if (minProperties > 0) tests.push((at) => !isObject(at) || Object.keys(at).length >= minProperties)
  if (properties === undefined && patternProperties === undefined && additionalProperties === undefined && propertyNames === undefined) return
  const known = new Map(Object.entries(properties ?? {}).map(([name, part]) => [name, make(part)]))
  const patterns = Object.entries(patternProperties ?? {}).map(([pattern, part]) => ({ regex: regexOf(pattern), test: make(part) }))
  const other = additionalProperties === undefined ? undefined : make(additionalProperties)
  const named = propertyNames === undefined ? undefined : make(propertyNames)
  tests.push((at) => {
    if (!isObject(at)) return true
    for (const name of Object.keys(at)) {
      const item = at[name] as Json
      const own = known.get(name)
      let isKnown = own !== undefined
      if (named?.(name) === false || own?.(item) === false) return false
      for (const { regex, test } of patterns) {
        if (!regex.test(name)) continue
        isKnown = true
        if (!test(item)) return false
      }
      if (!isKnown && other?.(item) === false) return false
    }
    return true
  })
}

function addList({ items, minItems = 0, maxItems = Number.POSITIVE_INFINITY }: BareSchema, tests: Test[], make: Make): void {
  if (minItems > 0) tests.push((at) => !Array.isArray(at) || at.length >= minItems)
  if (Number.isFinite(maxItems)) tests.push((at) => !Array.isArray(at) || at.length <= maxItems)
  if (items === undefined) return
  const test = make(items)
  tests.push((at) => !Array.isArray(at) || (at as Json[]).every(test))
}

function addLogic(schema: BareSchema, tests: Test[], make: Make): void {
  if (schema.allOf !== undefined) tests.push(...schema.allOf.map(make))
  if (schema.anyOf !== undefined) {
    const some = schema.anyOf.map(make)
    tests.push((at) => some.some((test) => test(at)))
  }
  if (schema.not !== undefined) {
    const not = make(schema.not)
    tests.push((at) => !not(at))
  }
  if (schema.if === undefined) return
  const [condition, then, otherwise] = [make(schema.if), make(schema.then ?? true), make(schema.else ?? true)]
  tests.push((at) => (condition(at) ? then(at) : otherwise(at)))
}

const regexes = new Map<string, RegExp>()

function regexOf(pattern: string): RegExp {
  const known = regexes.get(pattern) ?? new RegExp(pattern, 'u')
  regexes.set(pattern, known)
  return known
}
