/** A path as people may see it: in backticks, without characters that could steer a terminal or forge a line. */
export function shown(path: string): string {
  return `\`${plainText(path).replaceAll('`', "'")}\``
}

/** Control and direction characters written as escapes. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escape)
}

/** `a`, `b` and 7 more. */
export function shownList(paths: readonly string[], most = 5): string {
  const first = paths.slice(0, most).map(shown).join(', ')
  return paths.length > most ? `${first} and ${paths.length - most} more` : first
}

function escape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
