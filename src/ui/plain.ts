import { stripVTControlCharacters } from 'node:util'

/** More of one line is of no use to a reader; the log file has it whole. */
const LONGEST = 2000

/**
 * A text of a step, or of a name, as one harmless line: no control sequence reaches the terminal, nothing turns the direction
 * of writing, and no line is a command to the CI system that shows it. What stands before a carriage return was overwritten.
 */
export function plainLine(text: string): string {
  const parts = text.split('\r').filter((part) => part.trim() !== '')
  const visible = stripVTControlCharacters(parts.at(-1) ?? '')
    .replace(/[\t\n]/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, named)
  const left = visible.length - LONGEST
  return broken(left > 0 ? `${visible.slice(0, LONGEST)}… (${left} more characters in the log)` : visible)
}

function named(mark: string): string {
  return `<U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`
}

/** GitHub reads `::name::` at the beginning of a line, and like Azure `##[name]` and `##vso[name]` anywhere in it. */
function broken(line: string): string {
  return line.replace(/^(\s*):(?=:)/, '$1: ').replace(/##(?=\w*\[)/g, '## ')
}
