import * as Type from 'typebox'
import { DURATION, ENV_NAME } from '../patterns.ts'

/** What an editor shows for a key. */
export interface Shown {
  readonly description: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
}

/** A text of one form. */
export function text(pattern: string, shown: Shown): Type.TString {
  return Type.String({ pattern, ...shown })
}

/** One of a few words. */
export function words<const Word extends string>(values: readonly Word[], shown: Shown): Type.TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: [...values], ...shown })
}

/** Strict object: an unknown key is a mistake. Its title names it among the definitions of the schema. */
export function record<Properties extends Type.TProperties>(
  title: string,
  properties: Properties,
  options: Type.TObjectOptions = {},
): Type.TObject<Properties> {
  return Type.Object(properties, { title, additionalProperties: false, ...options })
}

/** What else must hold where a condition does, and where it does not. */
export function when(condition: object, implied: object, otherwise?: object): Readonly<Record<string, unknown>> {
  const entries: [string, unknown][] = [['if', condition], ['then', implied]]
  return Object.fromEntries(otherwise === undefined ? entries : [...entries, ['else', otherwise]])
}

/** Whether a key has this one value. */
export function is(key: string, value: string): object {
  return { properties: { [key]: { const: value } }, required: [key] }
}

/** A mapping whose keys the author chooses. */
export function named<Value extends Type.TSchema>(
  names: string,
  value: Value,
  options: Shown & { readonly minProperties?: number },
): Type.TUnsafe<Readonly<Record<string, Type.Static<Value>>>> {
  const schema = { type: 'object', propertyNames: { pattern: names }, additionalProperties: value, ...options }
  return Type.Unsafe<Readonly<Record<string, Type.Static<Value>>>>(schema)
}

/** A text, or a list of them. */
export function oneOrMany(pattern: string, shown: Shown & { readonly minItems?: number }): Type.TUnsafe<string | readonly string[]> {
  return Type.Unsafe<string | readonly string[]>({ type: ['string', 'array'], pattern, items: { type: 'string', pattern }, ...shown })
}

export function texts(pattern: string, shown: Shown & { readonly minItems?: number }): Type.TUnsafe<readonly string[]> {
  return Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string', pattern }, ...shown })
}

export function duration(shown: Shown): Type.TString {
  return text(DURATION, { examples: ['30s', '10m', '1h30m'], ...shown })
}

/** An amount of US dollars. */
export function money(shown: Shown): Type.TNumber {
  return Type.Number({ minimum: 0, maximum: 1_000_000_000, ...shown })
}

/** A whole number of something. */
export function count(minimum: number, maximum: number, shown: Shown): Type.TInteger {
  return Type.Integer({ minimum, maximum, ...shown })
}

export function flag(shown: Shown): Type.TBoolean {
  return Type.Boolean({ ...shown })
}

/** Text with expressions; a number or a boolean is taken as its text. */
export const plainValue = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })

export function env(shown: Shown): Type.TUnsafe<Readonly<Record<string, string | number | boolean>>> {
  return named(ENV_NAME, plainValue, { examples: [{ NODE_ENV: 'test' }], ...shown })
}
