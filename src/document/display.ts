/** What a terminal or a reader would not see, or would obey: control, format and invisible characters, halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFE\uFFFF]/gu
/** Texts of these characters alone need no work. */
const PLAIN = /^[ -~]*$/

/** A text that is safe to show in one line: what cannot be seen as `\u{…}`, and at most `limit` characters of it, then `…`. */
export function display(text: string, limit = 80): string {
  if (text.length <= limit && PLAIN.test(text)) return text
  return escapeUnseen(cut(text, limit))
}

/** The text with every unseen character as `\u{…}`. */
export function escapeUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The text without what cannot be seen. */
export function withoutUnseen(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, '')
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const characters = Array.from(text.slice(0, limit * 2 + 2))
  return characters.length <= limit ? characters.join('') : `${characters.slice(0, Math.max(limit - 1, 0)).join('')}…`
}
