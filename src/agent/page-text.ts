/** Elements of which nothing is for readers. */
const UNREAD = ['script', 'style', 'noscript', 'template', 'svg', 'head']
const BLOCKS = new Set(['p', 'div', 'br', 'li', 'tr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'section', 'article', 'pre', 'table', 'ul', 'ol', 'blockquote', 'hr', 'dt', 'dd'])
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', mdash: '—', ndash: '–', hellip: '…', copy: '©' }

/** What a reader would see of a page of HTML, roughly: its text, a line for each block. In one pass, whatever the page is made of. */
export function pageText(html: string): string {
  const parts: string[] = []
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at)
    parts.push(decoded(html.slice(at, open < 0 ? html.length : open)))
    if (open < 0) break
    const name = /^<\/?([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20))?.[1]?.toLowerCase()
    if (name !== undefined && BLOCKS.has(name)) parts.push('\n')
    at = endOf(html, open, name)
    if (at === open + 1) parts.push('<')
  }
  return parts.join('').split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter((line, at, all) => line !== '' || all[at - 1] !== '').join('\n').trim()
}

/** Behind a tag, a comment, or an element that is left out as a whole. */
function endOf(html: string, open: number, name: string | undefined): number {
  if (html.startsWith('<!--', open)) return after(html, '-->', open)
  const isOpening = html[open + 1] !== '/'
  if (name === undefined) return html[open + 1] === '!' || html[open + 1] === '?' ? after(html, '>', open) : open + 1
  if (isOpening && UNREAD.includes(name)) return after(html, '>', closing(html, name, open))
  return after(html, '>', open)
}

function closing(html: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}(?![a-z0-9])`, 'gi')
  pattern.lastIndex = from
  return pattern.exec(html)?.index ?? html.length
}

function after(html: string, text: string, from: number): number {
  const found = html.indexOf(text, from)
  return found < 0 ? html.length : found + text.length
}

function decoded(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole
  })
}
