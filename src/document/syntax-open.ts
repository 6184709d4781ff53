import { explained } from './mistake.ts'
import type { Rule } from './mistake.ts'
import { openedBefore } from './unclosed.ts'

/** `{{ x }}` without its dollar. */
export const mustache: Rule = ({ text, line }) => {
  const found = text.slice(line.start, line.end).search(/(?<!\$)\{\{/)
  if (found === -1) return undefined
  const start = line.start + found
  return explained(
    start,
    start + 2,
    '`{{` begins a mapping inside a mapping, and that cannot be read here',
    'write an expression as `${{ … }}`, or put the value in quotes if the text itself is meant',
  )
}

/** `{ run: ${{ x }} }` */
export const expressionInFlow: Rule = ({ text, at, line, reason }) => {
  if (!reason.includes('flow collection') && !reason.includes('node content')) return undefined
  const found = text.slice(line.start, Math.min(at + 3, line.end)).lastIndexOf('${{')
  if (found === -1) return undefined
  const start = line.start + found
  return explained(
    start,
    start + 3,
    'an expression stands without quotes inside `{ }` or `[ ]`, whose braces and commas end it',
    'put the whole value in quotes: `"${{ … }}"`',
  )
}

/** A quote or bracket without its other half: the parser stops far below it. */
export const unclosed: Rule = ({ text, at, reason }) => {
  const isInside = reason.startsWith('unexpected end') || reason.startsWith('deficient indentation')
  if (!isInside && !reason.startsWith('missed comma')) return undefined
  const opening = openedBefore(text, at)
  if (!opening) return undefined
  const { offset, mark } = opening
  if (mark === '"' || mark === "'") {
    return explained(offset, offset + 1, 'the text that begins with this quote has no closing quote', `end the text with \`${mark}\``)
  }
  if (!isInside) return undefined
  const message = `the \`${mark}\` is not closed, or what it holds is not indented deeper than its key`
  return explained(offset, offset + 1, message, `end it with \`${mark === '[' ? ']' : '}'}\``)
}
