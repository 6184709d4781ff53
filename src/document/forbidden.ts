import type { Findings } from './finding.ts'

/** What YAML allows nowhere in a file: control characters but tab and line ends, halves of characters, and two that are none. */
const FORBIDDEN = /[\p{Cc}--[\t\n\r\u0085]]|[\uFFFE\uFFFF]|\p{Surrogate}/gv
/** A file with more of them is no text. */
const MOST = 20

/**
 * Tells every forbidden character and returns the text with another one in the place of each, so that the rest can still be
 * understood at the same offsets; undefined when there are so many that it is no text at all.
 */
export function withoutForbidden(text: string, findings: Findings): string | undefined {
  let count = 0
  for (const match of text.matchAll(FORBIDDEN)) {
    if (++count > MOST) break
    const span = { start: match.index, end: match.index + 1 }
    findings.error(span, 'forbidden-character', `the ${nameOf(match[0])} is not allowed in a YAML file`, { help: helpFor(text, match[0]) })
  }
  if (count === 0) return text
  return count > MOST ? undefined : text.replace(FORBIDDEN, '\uFFFD')
}

function nameOf(character: string): string {
  const code = character.charCodeAt(0)
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (code === 0) return `null character (NUL, ${name})`
  if (code >= 0xd800 && code < 0xe000) return `half of a character (${name})`
  return code < 0xa0 ? `control character ${name}` : `character ${name}`
}

function helpFor(text: string, character: string): string {
  if (character === '\0' && (text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0)) return 'the file looks like UTF-16, save it as UTF-8'
  if (character === '\0' || character > '\u009F') return 'remove it'
  return `remove it, or write it in double quotes as \`\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}\``
}
