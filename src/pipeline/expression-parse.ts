import type { Expr } from '@actions/expressions/ast'
import type { ErrorType } from '@actions/expressions/errors'
import type { Token } from '@actions/expressions/lexer'
import type { ExpressionData } from '@actions/expressions/data/index'
import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { display } from '../document/display.ts'
import type { Fault, Mention } from './expression-fault.ts'
import type { Library } from './expression-library.ts'
import { bareName, termOf } from './expression-tree.ts'
import type { Stretch, Term } from './expression-tree.ts'

/** An expression whose syntax is right; whether its names exist depends on the place where it stands. */
export interface Parsed {
  readonly term: Term
  /** The library's own tree, which it evaluates. Functions have `()` behind their names in it. */
  readonly tree: Expr
}

/** As long as GitHub allows. */
export const LONGEST_SOURCE = 21_000

/** Parses with GitHub's parser. Names are not judged here, so that all that are wrong can be told at once. */
export function createParser(library: Library, plain: (value: ExpressionData) => Json): (source: string) => Result<Parsed, Fault> {
  return (source) => {
    if (source.trim() === '') return err({ code: 'expression-empty', message: 'the expression is empty', ...trimmed(source) })
    if (source.length > LONGEST_SOURCE) {
      const message = `the expression has ${source.length} characters, ${LONGEST_SOURCE} are allowed`
      return err({ code: 'expression-too-long', message, ...trimmed(source) })
    }
    const lexed = lex(library, source)
    return lexed.ok ? parse(library, source, lexed.value, plain) : lexed
  }
}

function lex(library: Library, source: string): Result<Token[], Fault> {
  try {
    return ok(new library.Lexer(source).lex().tokens)
  } catch (error) {
    const position = Number(/Located at position (\d+)/.exec((error as Error).message)?.[1] ?? 1)
    return err(symbolFault(source, position - 1, symbolAt(source, position - 1)))
  }
}

function parse(library: Library, source: string, lexed: readonly Token[], plain: (value: ExpressionData) => Json): Result<Parsed, Fault> {
  const { tokens, places } = prepare(library, source, lexed)
  const mentions = mentionsOf(library, tokens, places)
  const contexts = mentions.filter((mention) => mention.kind === 'context').map((mention) => mention.name)
  const calls = mentions.filter(({ kind }) => kind === 'call').map(({ name }) => ({ name: `${name}()`, minArgs: 0, maxArgs: Infinity }))
  try {
    const tree = new library.Parser(tokens, contexts, calls).parse()
    const at = (token: Token): Stretch => places.get(token) ?? trimmed(source)
    const term = termOf(tree, { at, plain, isStar: (index) => index instanceof library.Star })
    return term ? ok({ term, tree }) : err({ ...tooDeep(trimmed(source)), names: mentions })
  } catch (error) {
    if (!(error instanceof library.ExpressionError)) throw error
    // The library keeps both to itself in its types; nothing else tells what was wrong where.
    const { typ, tok } = error as unknown as { typ: ErrorType; tok: Token }
    return err({ ...parserFault(library, source, typ, places.get(tok) ?? trimmed(source)), names: mentions })
  }
}

/** The tokens with their places, with every `''` of a string read (the library reads the first only), and functions marked as such. */
function prepare(library: Library, source: string, lexed: readonly Token[]): { tokens: Token[]; places: Map<Token, Stretch> } {
  const { STRING, LEFT_PAREN } = library.TokenType
  const places = new Map<Token, Stretch>()
  let from = 0
  const tokens = lexed.map((token, index) => {
    while (/\s/.test(source[from] ?? '')) from += 1
    const place = { start: from, end: from + token.lexeme.length }
    from = place.end
    const made = { ...token }
    if (token.type === STRING) made.value = token.lexeme.slice(1, -1).replaceAll("''", "'")
    // The library looks functions up in an object that has a prototype: `constructor(…)` must not find anything there.
    if (isName(library, lexed, index) && lexed[index + 1]?.type === LEFT_PAREN) made.lexeme = `${token.lexeme}()`
    places.set(made, place)
    return made
  })
  return { tokens, places }
}

function isName(library: Library, tokens: readonly Token[], index: number): boolean {
  const { IDENTIFIER, DOT } = library.TokenType
  return tokens[index]?.type === IDENTIFIER && tokens[index - 1]?.type !== DOT
}

function mentionsOf(library: Library, tokens: readonly Token[], places: ReadonlyMap<Token, Stretch>): Mention[] {
  return tokens.flatMap((token, index) => {
    const place = places.get(token)
    if (!place || !isName(library, tokens, index)) return []
    return [{ kind: token.lexeme.endsWith('()') ? 'call' : 'context', name: bareName(token.lexeme), ...place }]
  })
}

function parserFault(library: Library, source: string, type: ErrorType, place: Stretch): Fault {
  if (type === library.ErrorType.ErrorExceededMaxDepth) return tooDeep(place)
  const found = source.slice(place.start, place.end)
  if (found === '' || type === library.ErrorType.ErrorUnexpectedEndOfExpression) {
    const end = source.trimEnd().length
    const message = 'the expression ends too early, something is missing behind its end'
    return { code: 'expression-syntax', message, start: Math.max(end - 1, 0), end }
  }
  return symbolFault(source, place.start, found)
}

function tooDeep(place: Stretch): Fault {
  return { code: 'expression-too-deep', message: 'the expression nests too deeply, 50 levels are allowed', ...place }
}

function symbolAt(source: string, start: number): string {
  if (source[start] === "'") return source.slice(start)
  return /^(?:"[^"\n]*"?|\S[^\s()[\],.!<>=&|]*)/.exec(source.slice(start))?.[0] ?? ''
}

function symbolFault(source: string, start: number, symbol: string): Fault {
  const place = { start, end: Math.max(start + symbol.length, start + 1) }
  const shown = display(symbol, 40)
  if (symbol.startsWith('"')) {
    const message = `\`${shown}\` is no text: texts in expressions stand in single quotes`
    const meant = display(symbol.replaceAll('"', ''), 40).replaceAll("'", "''")
    return { code: 'expression-double-quotes', message, help: `write \`'${meant}'\``, ...place }
  }
  if (symbol.startsWith("'")) {
    const help = "a single quote inside a text is written twice: `'it''s'`"
    return { code: 'expression-syntax', message: 'a text in single quotes does not end', help, ...place }
  }
  const help = helpFor(symbol, source[start + symbol.length])
  const message = `unexpected \`${shown}\` in the expression`
  return { code: 'expression-syntax', message, ...(help === undefined ? {} : { help }), ...place }
}

/** How other languages write what stands between conditions. */
const WORDS: Partial<Readonly<Record<string, string>>> = { and: '&&', or: '||', not: '!' }

function helpFor(symbol: string, next: string | undefined): string | undefined {
  if (symbol === '=') return 'two values are compared with `==`'
  if (symbol === '&' || symbol === '|') return `conditions are joined with \`${symbol}${symbol}\``
  if (/^[-+*/%]/.test(symbol) || /\w[-+*/%]/.test(symbol)) return 'expressions cannot calculate; do it in a script'
  if (/^(and|or|not)$/i.test(symbol)) return `write \`${WORDS[symbol.toLowerCase()] ?? ''}\``
  if (/^[`\u2018\u2019\u201C\u201D]/.test(symbol)) return "texts stand in straight single quotes: `'text'`"
  if (symbol === '(' && next !== undefined) return 'only functions of the language can be called'
  return symbol.startsWith('{') || symbol.startsWith('$') ? 'an expression cannot hold another `${{`' : undefined
}

function trimmed(source: string): Stretch {
  const start = source.length - source.trimStart().length
  return source.trim() === '' ? { start: 0, end: source.length } : { start, end: source.trimEnd().length }
}
