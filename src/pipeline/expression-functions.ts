import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import type { ExpressionData } from '@actions/expressions/data/index'
import type { Json } from '../base/json.ts'
import { isDeeper } from './expression-data.ts'
import type { DataBridge } from './expression-data.ts'
import { EvaluationFault } from './expression-fault.ts'
import type { Library } from './expression-library.ts'

/** A function of the language, as people write it. */
export interface Signature {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Answers what the run has come to; only `if` may ask that. */
  readonly status?: true
}

const MANY = 255

const SIGNATURES: readonly Signature[] = [
  { name: 'contains', least: 2, most: 2 },
  { name: 'startsWith', least: 2, most: 2 },
  { name: 'endsWith', least: 2, most: 2 },
  { name: 'format', least: 1, most: MANY },
  { name: 'join', least: 1, most: 2 },
  { name: 'toJSON', least: 1, most: 1 },
  { name: 'fromJSON', least: 1, most: 1 },
  { name: 'case', least: 3, most: MANY },
  { name: 'success', least: 0, most: 0, status: true },
  { name: 'failure', least: 0, most: 0, status: true },
  { name: 'always', least: 0, most: 0, status: true },
  { name: 'cancelled', least: 0, most: 0, status: true },
]

/** All functions by their name in lower case: GitHub does not distinguish. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map(SIGNATURES.map((signature) => [signature.name.toLowerCase(), signature]))

/** How deep a value may nest that an expression reads or gives. */
export const DEEPEST_VALUE = 100
/** How long a text may become in an expression: nested `format` calls would otherwise fill the memory. */
const LONGEST_TEXT = 10_000_000

/** What went wrong with the number of arguments; undefined where it is right. */
export function argumentMistake(signature: Signature, count: number): string | undefined {
  const { name, least, most } = signature
  if (name === 'case' && count >= least && count % 2 === 0) {
    return `\`case\` takes pairs of a condition and a value, then one value for all other cases; it was given ${count} arguments`
  }
  if (count >= least && count <= most) return undefined
  const allowed = most === 0 ? 'no' : least === most ? `${least}` : most === MANY ? `at least ${least}` : `${least} or ${most}`
  return `\`${name}\` takes ${allowed} argument${least === 1 && most !== 2 ? '' : 's'}, it was given ${count}`
}

/** The functions as the library calls them, guarded against values that are too long or too deep. */
export function libraryFunctions(library: Library, bridge: DataBridge, status: (name: string) => boolean): Map<string, FunctionDefinition> {
  const { wrap, plain } = bridge
  const own: Readonly<Record<string, (args: readonly ExpressionData[]) => ExpressionData>> = {
    fromjson: ([text]) => wrap(parseJson(text?.coerceString() ?? '')),
    tojson: ([value]) => wrap(JSON.stringify(shallow(value ? plain(value) : null), null, 2)),
    format: (args) => {
      bound(formatLength(args))
      return guardFormat(() => library.functions.format?.call(...args))
    },
    join: (args) => {
      bound(joinLength(library, args))
      return library.functions.join?.call(...args) ?? wrap(null)
    },
  }
  const entries = [...FUNCTIONS].map(([key, { name, least, most, status: asks }]) => {
    const builtin = library.functions[key]
    const apply = asks ? () => wrap(status(key)) : (own[key] ?? ((args: readonly ExpressionData[]) => builtin?.call(...args) ?? wrap(null)))
    const call = (...args: ExpressionData[]): ExpressionData => {
      const made = apply(args)
      if (made instanceof library.data.StringData) bound(made.value.length)
      return made
    }
    return [`${key}()`, { name, minArgs: least, maxArgs: most, call }] as const
  })
  return new Map(entries)
}

/** A JSON text as GitHub reads it. */
function parseJson(text: string): Json {
  if (text.trim() === '') throw new EvaluationFault('`fromJSON` was given an empty text')
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw new EvaluationFault('`fromJSON` was given a text that is no JSON')
  }
  return shallow(value)
}

function shallow(value: Json): Json {
  if (isDeeper(value, DEEPEST_VALUE)) throw new EvaluationFault(`the value nests deeper than ${DEEPEST_VALUE} levels`)
  return value
}

function bound(length: number): void {
  if (length > LONGEST_TEXT) throw new EvaluationFault(`a text would become longer than ${LONGEST_TEXT.toLocaleString('en')} characters`)
}

function formatLength(args: readonly ExpressionData[]): number {
  const [pattern = '', ...values] = args.map((arg) => arg.coerceString())
  let length = pattern.length
  for (const [, index] of pattern.matchAll(/\{(\d{1,3})/g)) length += values[Number(index)]?.length ?? 0
  return length
}

function joinLength(library: Library, args: readonly ExpressionData[]): number {
  const [list, separator] = args
  if (list?.kind !== library.data.Kind.Array) return 0
  const items = (list as unknown as { values(): ExpressionData[] }).values()
  return items.reduce((sum, item) => sum + item.coerceString().length, items.length * (separator?.coerceString().length ?? 1))
}

/** The library's own complaints repeat the text, which may hold a secret. */
function guardFormat(make: () => ExpressionData | undefined): ExpressionData {
  try {
    const made = make()
    if (made) return made
  } catch (error) {
    if ((error as Error).message.includes('more arguments')) {
      throw new EvaluationFault('the text of `format` names more values than it was given')
    }
  }
  throw new EvaluationFault('the text of `format` is not right: a brace that stands for itself is written twice, `{{`')
}
