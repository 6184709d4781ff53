import type { Json, JsonObject } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { Expressions, Scope } from '../pipeline/expression.ts'
import { accessOf } from '../pipeline/expression-names.ts'
import type { Access } from '../pipeline/expression-names.ts'
import { parts } from '../pipeline/expression-tree.ts'
import type { Term } from '../pipeline/expression-tree.ts'
import { conditionExpression } from '../pipeline/template.ts'

/** What can be told before a run: expressions of inputs that are at hand, and of a cell of a matrix. */
export interface Known {
  /** Undefined where the expression names something that only the run will tell. */
  value(source: string, matrix: JsonObject | null): Result<Json, string> | undefined
  /** Its text; otherwise as `value`. */
  text(source: string, matrix: JsonObject | null): Result<string, string> | undefined
  /** The condition where everything before it went well, or where something failed. */
  condition(source: string, matrix: JsonObject | null, isWell: boolean): Result<boolean, string> | undefined
}

/** The inputs that are at hand. An unknown one is required and was not given, or its value must not be shown. */
export interface KnownInputs {
  readonly values: JsonObject
  readonly unknown: readonly string[]
}

/** `expressions` is undefined where the pipeline has none. */
export function createKnown(expressions: Expressions | undefined, inputs: KnownInputs): Known {
  const unknown = new Set(inputs.unknown.map((name) => name.toLowerCase()))
  const values = Object.fromEntries(Object.entries(inputs.values).filter(([name]) => !unknown.has(name.toLowerCase())))
  const scope = (matrix: JsonObject | null, isWell: boolean): Scope => ({
    contexts: { inputs: values, matrix: matrix ?? {} },
    status: { success: () => isWell, failure: () => !isWell, cancelled: () => false },
  })
  const judge = remember((source: string): Needed => {
    const parsed = expressions?.parse(source)
    return parsed?.ok === true ? neededBy(parsed.value.term, unknown) : 'run'
  })
  const open = (source: string, matrix: JsonObject | null): Expressions | undefined => {
    const needed = judge(source)
    return needed === 'nothing' || (needed === 'matrix' && matrix !== null) ? expressions : undefined
  }
  return {
    value: (source, matrix) => open(source, matrix)?.evaluate(source, scope(matrix, true)),
    text: (source, matrix) => open(source, matrix)?.text(`\${{${source}}}`, scope(matrix, true)),
    condition(source, matrix, isWell) {
      const found = conditionExpression(source)
      return found && open(found.source, matrix)?.condition(source, scope(matrix, isWell))
    },
  }
}

type Needed = 'nothing' | 'matrix' | 'run'

/** What must be known beside the inputs at hand. */
function neededBy(term: Term, unknown: ReadonlySet<string>): Needed {
  const inner = new Set<Term>()
  let needed: Needed = 'nothing'
  for (const part of parts(term)) {
    if (part.kind === 'index') inner.add(part.of)
    const access = inner.has(part) ? undefined : accessOf(part)
    if (access?.context.name.toLowerCase() === 'matrix') needed = 'matrix'
    else if (access && !isAtHand(access, unknown)) return 'run'
  }
  return needed
}

function isAtHand({ context, keys }: Access, unknown: ReadonlySet<string>): boolean {
  if (context.name.toLowerCase() !== 'inputs') return false
  return unknown.size === 0 || (keys[0] !== undefined && !unknown.has(keys[0].name.toLowerCase()))
}

function remember<T>(make: (source: string) => T): (source: string) => T {
  const known = new Map<string, T>()
  return (source) => {
    const value = known.get(source) ?? make(source)
    known.set(source, value)
    return value
  }
}
