import { display } from './display.ts'
import { explained } from './mistake.ts'
import type { Rule } from './mistake.ts'
import { isBlank, isLineEnd, wordEnd } from './skip.ts'

const QUOTES = 'put the value in quotes'
const QUOTES_FOR_TEXT = 'put the value in quotes if a text is meant'

/** `"one" two` */
export const textBehindQuote: Rule = ({ text, at, line, reason }) => {
  if (!isSurplus(reason) && !reason.startsWith("expected ':'")) return undefined
  if (at >= line.end || !/["']$/.test(text.slice(line.start, at).trimEnd().slice(-1))) return undefined
  return explained(
    at,
    line.end,
    'text follows the closing quote of a value',
    'put the whole value in quotes; inside `"` write `\\"`, inside `\'` write `\'\'`',
  )
}

/** Characters that begin no value, and closing brackets that close none. */
export const reservedStart: Rule = ({ text, at, reason }) => {
  const mark = text.charAt(at)
  if (!isSurplus(reason)) return undefined
  if (mark === '`') return explained(at, at + 1, 'a value without quotes cannot begin with a backtick', QUOTES)
  if (mark === '@' || mark === '%') return explained(at, at + 1, `a value without quotes cannot begin with \`${mark}\``, QUOTES)
  return mark === ']' || mark === '}' ? explained(at, at + 1, `this \`${mark}\` closes nothing`, `remove it, or ${QUOTES}`) : undefined
}

/** `[a b, c]` with quotes or brackets between, or `[a,,b]`. */
export const missingComma: Rule = ({ text, at, reason }) => {
  if (reason.includes("but found ','")) return explained(at, at + 1, 'an entry is missing in front of this comma', 'remove one comma')
  if (!reason.startsWith('missed comma')) return undefined
  const help = 'separate entries by commas, and put texts that hold `,`, `[`, `]`, `{` or `}` in quotes'
  return explained(at, wordEnd(text, at), 'a comma is missing in front of this', help)
}

/** `"\d"` */
export const badEscape: Rule = ({ text, at, reason }) => {
  if (reason !== 'unknown escape sequence' && reason !== 'expected hexadecimal character') return undefined
  const start = text.lastIndexOf('\\', at)
  const help = 'write a backslash as `\\\\`, or use single quotes, in which it is an ordinary character'
  return explained(start, at + 1, `\`${display(text.slice(start, at + 1))}\` is no escape that YAML knows`, help)
}

/** `!foo!bar` */
export const undeclaredTag: Rule = ({ text, at, reason }) => {
  if (!reason.startsWith('undeclared tag')) return undefined
  let start = at
  while (start > 0 && !isBlank(text.charCodeAt(start - 1)) && !isLineEnd(text.charCodeAt(start - 1))) start--
  const message = `the tag \`${display(text.slice(start, at), 40)}\` is not allowed, only those of the YAML 1.2 core schema are`
  return explained(start, at, message, QUOTES_FOR_TEXT, 'unknown-tag')
}

/** `key: | text` */
export const blockHeader: Rule = ({ at, line, reason }) => {
  if (reason.includes('indentation width of a block scalar') || reason.includes('indentation indicator')) {
    return explained(at, at + 1, 'the digit behind `|` or `>` tells how deep the text is indented, at least 1', 'leave it out')
  }
  if (reason !== 'a line break is expected') return undefined
  const message = 'text stands on the line of the `|` or `>` that begins a block'
  return explained(at, line.end, message, 'begin the text on the next line, indented deeper than its key')
}

/** `*`, `&` and `!` without a name that could be one. */
export const badName: Rule = ({ at, reason }) => {
  if (reason.startsWith('ill-formed') || reason.includes('declared')) return undefined
  const mark = reason.includes('alias node') ? '*' : reason.includes('anchor') ? '&' : reason.includes('tag') ? '!' : undefined
  if (mark === undefined) return undefined
  return explained(at - 1, at, `a value that begins with \`${mark}\` is ${MEANINGS[mark]}, and this is no good one`, QUOTES_FOR_TEXT)
}

const MEANINGS = { '*': 'an alias', '&': 'the name of an anchor', '!': 'a tag' } as const

/** The parser had read a whole value, and then came more. */
function isSurplus(reason: string): boolean {
  return reason.startsWith('bad indentation') || reason.startsWith('end of the stream') || reason.startsWith('missed comma')
}
