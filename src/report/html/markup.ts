/** HTML that is safe to put into a page: made by `html` and by nothing else. */
export interface Markup {
  readonly html: string
}

type Part = Markup | string | number | null | false | readonly Part[]

/** A template of HTML: whatever stands in it is text, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: strings.reduce((whole, text, index) => whole + shown(parts[index - 1] ?? null) + text) }
}

function shown(part: Part): string {
  if (part === null || part === false) return ''
  if (isList(part)) return part.map(shown).join('')
  return typeof part === 'object' ? part.html : escaped(String(part))
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escaped; characters that command a terminal or turn the direction of writing are named instead. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '').replace(/[^\P{C}\n\t]/gu, named)
}

function named(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`
}
