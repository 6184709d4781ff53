import type { Dictionary, ExpressionData } from '@actions/expressions/data/index'
import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { display } from '../document/display.ts'
import type { Expressions, Scope, StatusFunctions } from './expression.ts'
import { isDeeper, ownKey } from './expression-data.ts'
import type { DataBridge } from './expression-data.ts'
import { EvaluationFault } from './expression-fault.ts'
import { argumentMistake, DEEPEST_VALUE, FUNCTIONS, libraryFunctions } from './expression-functions.ts'
import type { Library } from './expression-library.ts'
import type { Parsed } from './expression-parse.ts'
import { parts } from './expression-tree.ts'
import { conditionExpression, hasExpression, scanTemplate } from './template.ts'
import type { ExpressionSegment } from './template.ts'

type Evaluation = Pick<Expressions, 'evaluate' | 'render' | 'text' | 'condition'>

/** What gives expressions their values. */
export function createEvaluation(library: Library, bridge: DataBridge, parse: Expressions['parse']): Evaluation {
  function evaluate(source: string, scope: Scope): Result<Json, string> {
    const parsed = parse(source)
    if (!parsed.ok) return err(parsed.error.message)
    const misused = misuse(parsed.value)
    if (misused !== undefined) return err(misused)
    try {
      const contexts = { get: memoised((name) => contextOf(bridge, scope, name)) } as Pick<Dictionary, 'get'> as Dictionary
      const functions = libraryFunctions(library, bridge, (name) => ask(scope.status, name))
      const value = bridge.plain(new library.Evaluator(parsed.value.tree, contexts, functions).evaluate())
      return isDeeper(value, DEEPEST_VALUE) ? err(`the value nests deeper than ${DEEPEST_VALUE} levels`) : ok(value)
    } catch (error) {
      return err(complaint(error))
    }
  }

  function piece(segment: ExpressionSegment, scope: Scope): Result<Json, string> {
    return segment.closed ? evaluate(segment.source, scope) : err('an expression does not end, `}}` is missing')
  }

  function text(template: string, scope: Scope): Result<string, string> {
    if (!hasExpression(template)) return ok(template)
    let made = ''
    for (const segment of scanTemplate(template)) {
      const value = segment.kind === 'text' ? ok(segment.text) : piece(segment, scope)
      if (!value.ok) return value
      made += toText(library, value.value)
    }
    return ok(made)
  }

  function render(template: string, scope: Scope): Result<Json, string> {
    if (!hasExpression(template)) return ok(template)
    const [only, ...others] = scanTemplate(template)
    return only?.kind === 'expression' && others.length === 0 ? piece(only, scope) : text(template, scope)
  }

  function condition(source: string, scope: Scope): Result<boolean, string> {
    const found = conditionExpression(source)
    if (!found?.closed) return err('a condition is one expression, `${{ … }}` or without it')
    const parsed = parse(found.source)
    if (!parsed.ok) return err(parsed.error.message)
    if (!asksStatus(parsed.value) && !scope.status.success()) return ok(false)
    const value = evaluate(found.source, scope)
    return value.ok ? ok(isTrue(value.value)) : value
  }

  return { evaluate, render, text, condition }
}

/** As GitHub turns a value into text; lists and objects become JSON. */
function toText(library: Library, value: Json): string {
  if (value === null) return ''
  if (typeof value === 'number') return new library.data.NumberData(value).coerceString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isTrue(value: Json): boolean {
  return value !== null && value !== false && value !== 0 && value !== '' && !Number.isNaN(value)
}

/** Whether the expression decides itself what a failure before it means. */
function asksStatus({ term }: Parsed): boolean {
  return [...parts(term)].some((part) => part.kind === 'call' && FUNCTIONS.get(part.name.toLowerCase())?.status === true)
}

/** A call that the library would not survive. */
function misuse({ term }: Parsed): string | undefined {
  for (const part of parts(term)) {
    if (part.kind !== 'call') continue
    const signature = FUNCTIONS.get(part.name.toLowerCase())
    const mistake = signature ? argumentMistake(signature, part.args.length) : `there is no function \`${display(part.name)}\``
    if (mistake !== undefined) return mistake
  }
  return undefined
}

function contextOf(bridge: DataBridge, scope: Scope, name: string): ExpressionData {
  const key = ownKey(scope.contexts, name)
  if (key === undefined) throw new EvaluationFault(`there is no context \`${display(name)}\` here`)
  return bridge.wrap(scope.contexts[key] ?? null)
}

/** Two mentions of one object are the same object, as on GitHub. */
function memoised(make: (name: string) => ExpressionData): (name: string) => ExpressionData {
  const known = new Map<string, ExpressionData>()
  return (name) => {
    const value = known.get(name.toLowerCase()) ?? make(name)
    known.set(name.toLowerCase(), value)
    return value
  }
}

function ask(status: StatusFunctions, name: string): boolean {
  if (name === 'always') return true
  return name === 'success' ? status.success() : name === 'failure' ? status.failure() : status.cancelled()
}

/** The library's exceptions as a sentence. What it says itself may hold values, so only what is known is repeated. */
function complaint(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof EvaluationFault) return cause.message
    if (cause.message.startsWith('case predicate')) return 'a condition of `case` is neither true nor false'
    if (cause instanceof RangeError) return 'the values of the expression are too large'
  }
  return 'the expression cannot be evaluated'
}
