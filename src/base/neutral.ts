/** GitHub takes no longer text. */
const LONGEST = 60_000

/**
 * Text of strangers for a comment, a title or a summary: it mentions and closes nothing, holds no markup of HTML, loads nothing
 * from elsewhere and hides nothing. What is shown stays readable: Markdown of headings, lists and code keeps its meaning.
 */
export function neutral(text: string): string {
  const visible = text
    .replace(/<!--[^]*?(-->|$)/g, '')
    .replace(/[^\P{Cf}]|[^\P{Cc}\n\t]/gu, '')
    .replace(/</g, '&lt;')
    .replace(/!\[/g, '\\![')
    .replace(/\]\(\s*(?!#)[^)\s]*:?[^)]*\)/g, (link) => link.replace('](', ']\u200B('))
    .replace(/(^|[^\w`])@(?=[\w])/g, '$1@\u200B')
    .replace(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=#\d|[\w.-]+\/[\w.-]+#\d|https?:)/gi, '$1$2\u200B')
    .replace(/(^|[^\w&])#(?=\d)/g, '$1#\u200B')
    .replace(/^(\s*)::/gm, '$1:\u200B:')
  return visible.length > LONGEST ? `${visible.slice(0, LONGEST)}\n\n… (${visible.length - LONGEST} more characters)` : visible
}

/** The same on one line, for a title. */
export function neutralLine(text: string): string {
  return neutral(text.replace(/\s+/g, ' ').trim()).slice(0, 250)
}
