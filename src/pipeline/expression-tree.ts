import type { Binary, Expr, ExprVisitor, FunctionCall, IndexAccess, Logical, Unary } from '@actions/expressions/ast'
import type { Token } from '@actions/expressions/lexer'
import type { ExpressionData } from '@actions/expressions/data/index'
import type { Json } from '../base/json.ts'

/** What an expression says, with offsets of its source: what can be checked before a run. */
export type Term = Stretch &
  (
    | { readonly kind: 'literal'; readonly value: Json }
    | { readonly kind: 'context'; readonly name: string }
    | { readonly kind: 'index'; readonly of: Term; readonly key: Term | '*' }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Term[] }
    | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Term[] }
  )

export interface Stretch {
  readonly start: number
  readonly end: number
}

/** Chains such as `a == b == c` nest without the parser's counting. */
const DEEPEST = 300

/** What the making of terms needs to know of the library's own tree. */
export interface TreeReader {
  readonly at: (token: Token) => Stretch
  readonly plain: (value: ExpressionData) => Json
  readonly isStar: (index: Expr) => boolean
}

/** Undefined where the expression nests too deeply. */
export function termOf(root: Expr, reader: TreeReader): Term | undefined {
  let depth = 0
  let lost = false
  const visitor = createVisitor(reader, (expr) => {
    lost ||= depth >= DEEPEST
    if (lost) return { kind: 'literal', value: null, start: 0, end: 0 }
    depth += 1
    const term = expr.accept(visitor)
    depth -= 1
    return term
  })
  const term = root.accept(visitor)
  return lost ? undefined : term
}

function createVisitor({ at, plain, isStar }: TreeReader, visit: (expr: Expr) => Term): ExprVisitor<Term> {
  const operation = (operator: Token, inner: readonly Expr[]): Term => {
    const operands = inner.map(visit)
    return { kind: 'operation', operator: operator.lexeme, operands, ...around([at(operator), ...operands]) }
  }
  return {
    visitLiteral: (literal) => ({ kind: 'literal', value: plain(literal.literal), ...at(literal.token) }),
    visitUnary: (unary: Unary) => operation(unary.operator, [unary.expr]),
    visitBinary: (binary: Binary) => operation(binary.operator, [binary.left, binary.right]),
    visitLogical: (logical: Logical) => operation(logical.operator, logical.args),
    visitGrouping: (grouping) => visit(grouping.group),
    visitContextAccess: (access) => ({ kind: 'context', name: access.name.lexeme, ...at(access.name) }),
    visitIndexAccess(access: IndexAccess) {
      const of = visit(access.expr)
      const key = isStar(access.index) ? '*' : visit(access.index)
      return { kind: 'index', of, key, ...around(key === '*' ? [of] : [of, key]) }
    },
    visitFunctionCall(call: FunctionCall) {
      const args = call.args.map(visit)
      return { kind: 'call', name: bareName(call.functionName.lexeme), args, ...at(call.functionName) }
    },
  }
}

/** Calls are handed to the library under a name with brackets; this is the author's. */
export function bareName(lexeme: string): string {
  return lexeme.endsWith('()') ? lexeme.slice(0, -2) : lexeme
}

function around(parts: readonly Stretch[]): Stretch {
  return { start: Math.min(...parts.map((part) => part.start)), end: Math.max(...parts.map((part) => part.end)) }
}

/** The parts of a term, itself first. */
export function* parts(term: Term): Generator<Term> {
  const open = [term]
  for (let next = open.pop(); next; next = open.pop()) {
    yield next
    if (next.kind === 'index') open.push(...(next.key === '*' ? [] : [next.key]), next.of)
    if (next.kind === 'call') open.push(...next.args.toReversed())
    if (next.kind === 'operation') open.push(...next.operands.toReversed())
  }
}
