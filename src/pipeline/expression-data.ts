import type { Array as ArrayData } from '@actions/expressions/data/array'
import type { Dictionary, ExpressionData } from '@actions/expressions/data/index'
import type { Json, JsonObject } from '../base/json.ts'
import { isObject } from '../base/json.ts'
import type { Library } from './expression-library.ts'

/** Between our values and the library's. */
export interface DataBridge {
  readonly wrap: (value: Json) => ExpressionData
  readonly plain: (value: ExpressionData) => Json
}

/**
 * Lists and objects are wrapped lazily: a large event costs nothing where one field of it is read, no depth overflows the
 * stack, and keys such as `constructor`, which the library's own dictionary loses, are keys like any other.
 */
export function createBridge({ data }: Library): DataBridge {
  const sources = new WeakMap<object, Json>()

  function wrap(value: Json): ExpressionData {
    if (value === null) return new data.Null()
    if (typeof value === 'string') return new data.StringData(value)
    if (typeof value === 'number') return new data.NumberData(value)
    if (typeof value === 'boolean') return new data.BooleanData(value)
    const made = isObject(value) ? wrapObject(value) : wrapList(value)
    sources.set(made, value)
    return made
  }

  function wrapList(list: readonly Json[]): ExpressionData {
    const memo: ExpressionData[] = []
    const get = (index: number): ExpressionData => (memo[index] ??= wrap(list[index] ?? null))
    let all: ExpressionData[] | undefined
    const values = (): ExpressionData[] => (all ??= list.map((_, index) => get(index)))
    const made = { kind: data.Kind.Array, primitive: false, coerceString: () => 'Array', number: () => Number.NaN, get, values }
    return made as unknown as ArrayData
  }

  function wrapObject(object: JsonObject): ExpressionData {
    const memo = new Map<string, ExpressionData>()
    const keys = (): string[] => Object.keys(object)
    const at = (key: string): ExpressionData => {
      const made = memo.get(key) ?? wrap(object[key] ?? null)
      memo.set(key, made)
      return made
    }
    const get = (name: string): ExpressionData | undefined => {
      const key = ownKey(object, name)
      return key === undefined ? undefined : at(key)
    }
    const values = (): ExpressionData[] => keys().map(at)
    const pairs = (): { key: string; value: ExpressionData }[] => keys().map((key) => ({ key, value: at(key) }))
    const made = { kind: data.Kind.Dictionary, primitive: false, coerceString: () => 'Object', number: () => Number.NaN }
    return { ...made, get, values, pairs } as unknown as Dictionary
  }

  function plain(value: ExpressionData): Json {
    const source = sources.get(value)
    if (source !== undefined) return source
    if (value instanceof data.StringData || value instanceof data.NumberData || value instanceof data.BooleanData) return value.value
    // What `*` made: a list of things that we wrapped.
    return value.kind === data.Kind.Array ? value.values().map(plain) : null
  }

  return { wrap, plain }
}

/** The own key that a name means; letters of the other case mean it too, where the name itself is none. */
export function ownKey(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  const lower = name.toLowerCase()
  return Object.keys(object).find((key) => key.toLowerCase() === lower)
}

/** Whether a value nests deeper than `limit`; looks no further than that. */
export function isDeeper(value: Json, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some((inner) => isDeeper(inner, limit - 1))
}
