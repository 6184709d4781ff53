import type { Expressions } from './expression.ts'
import type { Fault } from './expression-fault.ts'
import { accessOf } from './expression-names.ts'
import { parts } from './expression-tree.ts'
import { scanScript } from './script-quotes.ts'
import { expands } from './script-spots.ts'
import type { Evaluated, Spot } from './script-spots.ts'
import { hasExpression, scanTemplate } from './template.ts'

/** What a script does with its expressions that its author will not have meant; offsets of the script. */
export function scriptFaults(script: string, expressions: Expressions): Fault[] {
  if (!hasExpression(script)) return []
  const spots = scanScript(script)
  const closed = scanTemplate(script).flatMap((segment) => (segment.kind === 'expression' && segment.closed ? [segment] : []))
  return closed.flatMap((segment, index) => {
    const spot = spots[index]
    if (!spot || spot.quotes === 'comment') return []
    const place = { severity: 'warning', start: segment.start - 3, end: segment.end + 2 } as const
    const found = [inertFault(spot), evaluatedFault(spot), spot.splits && isStrangers(segment.source, expressions) ? UNQUOTED : undefined]
    return found.flatMap((fault) => (fault ? [{ ...fault, ...place }] : []))
  })
}

type Told = Pick<Fault, 'code' | 'message' | 'help'>

const UNQUOTED: Told = {
  code: 'expression-unquoted',
  message: 'a text from the event stands without quotes: the shell splits it into words and expands `*` in it',
  help: 'put it into double quotes',
}

function inertFault(spot: Spot): Told | undefined {
  if (expands(spot)) return undefined
  if (spot.quotes === 'here-quoted') {
    const message = 'the expression stands in a here-document with a quoted mark, where the shell expands nothing'
    return { code: 'expression-in-single-quotes', message, help: 'write the mark without quotes, or hand the value over through `env`' }
  }
  const message = 'the expression stands in single quotes, where the shell expands nothing'
  return { code: 'expression-in-single-quotes', message, help: 'use double quotes, or hand the value over through `env`' }
}

const EVALUATED: Readonly<Record<Exclude<Evaluated, 'comparison'>, string>> = {
  arithmetic: 'the shell calculates here and would run commands in the value: the step fails where it is no number',
  name: 'the shell takes the value for the name of a variable and would run commands in it: the step fails where it is no plain word',
  code: 'the value becomes part of code that is run: the step fails where it is no plain word',
}

function evaluatedFault({ evaluated }: Spot): Told | undefined {
  if (evaluated === undefined || evaluated === 'comparison') return undefined
  const asCode = 'hand the value over as an argument or through `env`, and read it there in double quotes'
  const help = evaluated === 'code' ? asCode : 'make sure that the value is what is expected'
  return { code: 'expression-evaluated-by-shell', message: EVALUATED[evaluated], help }
}

/** Texts of the event, which anybody may have written. */
function isStrangers(source: string, expressions: Expressions): boolean {
  const parsed = expressions.parse(source)
  return parsed.ok && [...parts(parsed.value.term)].some((part) => {
    const access = accessOf(part)
    const first = access?.keys[0]?.name.toLowerCase()
    return access?.context.name.toLowerCase() === 'github' && (first === 'event' || first === 'head_ref')
  })
}
