import type { Star } from '@actions/expressions/ast'
import type { Evaluator } from '@actions/expressions/evaluator'
import type { Lexer, TokenType } from '@actions/expressions/lexer'
import type { Parser } from '@actions/expressions/parser'
import type { ErrorType, ExpressionError } from '@actions/expressions/errors'
import type * as data from '@actions/expressions/data/index'
import type { wellKnownFunctions } from '@actions/expressions/funcs'

/** The parts of GitHub's expression library that we use. */
export interface Library {
  readonly Lexer: typeof Lexer
  readonly TokenType: typeof TokenType
  readonly Parser: typeof Parser
  readonly Star: typeof Star
  readonly Evaluator: typeof Evaluator
  readonly ErrorType: typeof ErrorType
  readonly ExpressionError: typeof ExpressionError
  readonly data: typeof data
  readonly functions: typeof wellKnownFunctions
}

/** Loads the library by its parts: its front door would bring an editor's completion along. */
export async function loadLibrary(): Promise<Library> {
  const [lexer, parser, ast, evaluator, errors, data, funcs] = await Promise.all([
    import('@actions/expressions/lexer'),
    import('@actions/expressions/parser'),
    import('@actions/expressions/ast'),
    import('@actions/expressions/evaluator'),
    import('@actions/expressions/errors'),
    import('@actions/expressions/data/index'),
    import('@actions/expressions/funcs'),
  ])
  return { ...lexer, ...parser, ...ast, ...evaluator, ...errors, data, functions: funcs.wellKnownFunctions }
}
