import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'

/** The words of JSON Schema that our schemas use: a test looks that there are no others. */
export interface BareSchema {
  readonly [word: string]: unknown
  readonly type?: string | readonly string[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
  readonly minProperties?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, BareSchema | boolean>>
  readonly patternProperties?: Readonly<Record<string, BareSchema | boolean>>
  readonly additionalProperties?: BareSchema | boolean
  readonly propertyNames?: BareSchema | boolean
  readonly items?: BareSchema | boolean
  readonly allOf?: readonly (BareSchema | boolean)[]
  readonly anyOf?: readonly (BareSchema | boolean)[]
  readonly not?: BareSchema | boolean
  readonly if?: BareSchema | boolean
  readonly then?: BareSchema | boolean
  readonly else?: BareSchema | boolean
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, BareSchema>>
}

/**
 * Whether a value fits a schema, and nothing else: a walk over the schema is a tenth of the code that tells all mistakes, so
 * that of a pipeline without any the rest need not be loaded.
 */
export function fits(root: BareSchema, value: Json): boolean {
  const fit = (schema: BareSchema | boolean, at: Json): boolean => {
    if (typeof schema === 'boolean') return schema
    if (schema.$ref !== undefined && !fit(root.$defs?.[schema.$ref.slice('#/$defs/'.length)] ?? false, at)) return false
    if (!fitsAlone(schema, at)) return false
    if (isObject(at) && !fitsMapping(schema, at as Readonly<Record<string, Json>>, fit)) return false
    if (Array.isArray(at) && !fitsList(schema, at, fit)) return false
    return fitsLogic(schema, at, fit)
  }
  return fit(root, value)
}

type Fit = (schema: BareSchema | boolean, at: Json) => boolean

function fitsAlone(schema: BareSchema, at: Json): boolean {
  const { type } = schema
  if (type !== undefined && !(typeof type === 'string' ? isOf(type, at) : type.some((one) => isOf(one, at)))) return false
  if ('const' in schema && at !== schema.const) return false
  if (schema.enum !== undefined && !schema.enum.includes(at)) return false
  if (typeof at === 'string') return schema.pattern === undefined || regexOf(schema.pattern).test(at)
  if (typeof at !== 'number') return true
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema
  return at >= minimum && at <= maximum && at > exclusiveMinimum
}

function isOf(type: string, at: Json): boolean {
  switch (type) {
    case 'null': return at === null
    case 'array': return Array.isArray(at)
    case 'object': return isObject(at)
    case 'integer': return Number.isInteger(at)
    case 'number': return Number.isFinite(at)
    default: return typeof at === type
  }
}

function fitsMapping(schema: BareSchema, at: Readonly<Record<string, Json>>, fit: Fit): boolean {
  const { properties, patternProperties, additionalProperties, propertyNames, required, minProperties = 0 } = schema
  if (required?.some((name) => !Object.hasOwn(at, name)) === true) return false
  const names = Object.keys(at)
  if (names.length < minProperties) return false
  for (const name of names) {
    const item = at[name] ?? null
    if (propertyNames !== undefined && !fit(propertyNames, name)) return false
    let isKnown = false
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      isKnown = true
      if (!fit(properties[name] ?? true, item)) return false
    }
    for (const pattern in patternProperties) {
      if (!regexOf(pattern).test(name)) continue
      isKnown = true
      if (!fit(patternProperties[pattern] ?? true, item)) return false
    }
    if (!isKnown && additionalProperties !== undefined && !fit(additionalProperties, item)) return false
  }
  return true
}

function fitsList({ items, minItems = 0 }: BareSchema, at: readonly Json[], fit: Fit): boolean {
  return at.length >= minItems && (items === undefined || at.every((item) => fit(items, item)))
}

function fitsLogic(schema: BareSchema, at: Json, fit: Fit): boolean {
  if (schema.allOf?.every((one) => fit(one, at)) === false) return false
  if (schema.anyOf?.some((one) => fit(one, at)) === false) return false
  if (schema.not !== undefined && fit(schema.not, at)) return false
  if (schema.if === undefined) return true
  return fit((fit(schema.if, at) ? schema.then : schema.else) ?? true, at)
}

const regexes = new Map<string, RegExp>()

function regexOf(pattern: string): RegExp {
  const known = regexes.get(pattern) ?? new RegExp(pattern, 'u')
  regexes.set(pattern, known)
  return known
}
