import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { display } from '../document/display.ts'
import type { Expressions, Scope } from './expression.ts'
import { scanScript } from './script-quotes.ts'
import { expands } from './script-spots.ts'
import type { Evaluated, Spot } from './script-spots.ts'
import { hasExpression, scanTemplate } from './template.ts'

/** A script in which every expression is the expansion of a variable. */
export interface CompiledScript {
  readonly script: string
  readonly variables: readonly ScriptVariable[]
}

/** Several places of one source share a variable. */
export interface ScriptVariable {
  readonly name: string
  readonly source: string
  /** What the value must be, since the shell evaluates it at one of its places; undefined: anything. */
  readonly demand: Evaluated | undefined
}

/** Linux starts no program with a longer `NAME=value`, its last zero counted. */
const LONGEST_VARIABLE = 131_072
/** Nor with much more of them together: a part of what a stack may hold. */
const LARGEST_ENVIRONMENT = 1_000_000

const TOGETHER = `the values of the script's expressions have more than ${LARGEST_ENVIRONMENT} bytes together`

/**
 * Replaces each `${{ … }}` by `${ORCH_EXPR_n}`, so that a value is never shell source. It expands where a variable does; where
 * none does (single quotes, a quoted here-document, a comment) it stays text. Without quotes it is split into words and its
 * `*` is expanded, like any variable: authors hand lists of arguments over in this way, and the shell's rules are the ones they know.
 * Where the shell would calculate or run what the variable holds, the value must be harmless, or the script does not start.
 */
export function compileScript(template: string): CompiledScript {
  if (!hasExpression(template)) return { script: template, variables: [] }
  const spots = scanScript(template)
  const variables = new Map<string, ScriptVariable>()
  const pieces: string[] = []
  let index = 0
  for (const segment of scanTemplate(template)) {
    if (segment.kind === 'text') pieces.push(segment.text)
    else if (!segment.closed) pieces.push(`\${{${segment.source}`)
    else {
      const spot = spots[index++]
      const variable = add(variables, segment.source.trim(), spot?.evaluated)
      if (spot && expands(spot)) pieces.push(keepApart(pieces.pop() ?? '', spot))
      pieces.push(`\${${variable}}`)
    }
  }
  return { script: pieces.join(''), variables: [...variables.values()] }
}

function add(variables: Map<string, ScriptVariable>, source: string, evaluated: Evaluated | undefined): string {
  const before = variables.get(source)
  const name = before?.name ?? `ORCH_EXPR_${variables.size + 1}`
  variables.set(source, { name, source, demand: stricter(before?.demand, evaluated) })
  return name
}

const STRICTNESS: readonly (Evaluated | undefined)[] = [undefined, 'name', 'code', 'comparison', 'arithmetic']

function stricter(a: Evaluated | undefined, b: Evaluated | undefined): Evaluated | undefined {
  return STRICTNESS.indexOf(a) > STRICTNESS.indexOf(b) ? a : b
}

/** A backslash or `$` before an expression is itself and nothing more: it must not take the `$` of the variable. */
function keepApart(before: string, { level, isAfterDollar }: Spot): string {
  if (isAfterDollar) return `${before.slice(0, -1)}${'\\'.repeat(2 ** level)}$`
  let count = 0
  while (before[before.length - 1 - count] === '\\') count += 1
  return before + '\\'.repeat(wholeBackslashes(count, level) - count)
}

/** So many backslashes mean themselves, where each level of backticks reads two of them as one. */
function wholeBackslashes(count: number, level: number): number {
  return level === 0 ? count + (count % 2) : 2 * wholeBackslashes(Math.ceil(count / 2), level - 1)
}

/** The variables of a script with their values, or why it cannot start. */
export function renderVariables(compiled: CompiledScript, expressions: Expressions, scope: Scope): Result<Record<string, string>, string> {
  const env: Record<string, string> = {}
  let total = 0
  for (const variable of compiled.variables) {
    const rendered = expressions.text(`\${{${variable.source}}}`, scope)
    const shown = `\`${display(variable.source)}\``
    if (!rendered.ok) return err(`the expression ${shown} cannot be evaluated: ${rendered.error}`)
    const mistake = valueMistake(variable, rendered.value)
    if (mistake !== undefined) return err(`the value of ${shown} ${mistake}`)
    total += variable.name.length + Buffer.byteLength(rendered.value) + 2
    if (total > LARGEST_ENVIRONMENT) return err(`${TOGETHER}; write them to files`)
    env[variable.name] = rendered.value
  }
  return ok(env)
}

const NUMBER = /^\s*([+-]?\d+(\.\d+)?)?\s*$/
/** Nothing in these texts means anything to a shell or a programming language. */
const PLAIN = /^[\w.,:/@%+-]*$/

const NOT_A_NUMBER = 'must be a number, since the shell calculates with it and would run commands in it'
const NOT_PLAIN = 'must be a plain word, since it stands where it would be run as code; hand it over through `env`'

function valueMistake({ name, demand }: ScriptVariable, value: string): string | undefined {
  if (value.includes('\0')) return 'holds a zero byte, which no variable can'
  const bytes = Buffer.byteLength(value)
  if (name.length + bytes + 2 > LONGEST_VARIABLE) return `has ${bytes} bytes, more than a variable can hold; write it to a file`
  if (demand === undefined) return undefined
  if (demand === 'arithmetic' || demand === 'comparison') return NUMBER.test(value) ? undefined : NOT_A_NUMBER
  return PLAIN.test(value) ? undefined : NOT_PLAIN
}
