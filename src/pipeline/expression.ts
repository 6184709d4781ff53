import type { Json } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { Fault } from './expression-fault.ts'
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
