import type { Json } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import { createBridge } from './expression-data.ts'
import { createEvaluation } from './expression-evaluate.ts'
import type { Fault } from './expression-fault.ts'
import { loadLibrary } from './expression-library.ts'
import { createParser } from './expression-parse.ts'
import type { Parsed } from './expression-parse.ts'

/** The expression language, loaded. Errors are sentences for people and hold no value. */
export interface Expressions {
  /** The tree of one expression, without `${{ }}`; whether its names exist is not judged. */
  parse(source: string): Result<Parsed, Fault>
  evaluate(source: string, scope: Scope): Result<Json, string>
  /** The typed value where the template is one `${{ }}` and nothing else, otherwise a text. */
  render(template: string, scope: Scope): Result<Json, string>
  text(template: string, scope: Scope): Result<string, string>
  /** With or without `${{ }}`; without a status function it means `success() && (…)`. */
  condition(source: string, scope: Scope): Result<boolean, string>
}

/** What an expression may see while it is evaluated. */
export interface Scope {
  readonly contexts: Readonly<Record<string, Json>>
  readonly status: StatusFunctions
}

export interface StatusFunctions {
  success(): boolean
  failure(): boolean
  cancelled(): boolean
}

/** So many parsed expressions are kept; a pipeline of thousands of nodes evaluates few different ones. */
const MOST_PARSED = 2000

/** Loads GitHub's library; only a pipeline that has an expression should call it. */
export async function loadExpressions(): Promise<Expressions> {
  const library = await loadLibrary()
  const bridge = createBridge(library)
  const parse = remember(createParser(library, bridge.plain))
  return { parse, ...createEvaluation(library, bridge, parse) }
}

function remember<T>(make: (source: string) => T): (source: string) => T {
  const known = new Map<string, T>()
  return (source) => {
    const before = known.get(source)
    if (before !== undefined) return before
    const made = make(source)
    const oldest = known.size >= MOST_PARSED ? known.keys().next() : undefined
    if (oldest?.done === false) known.delete(oldest.value)
    known.set(source, made)
    return made
  }
}
