import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, DocumentNode } from '../document/document.ts'
import { report } from '../document/report.ts'
import type { Span } from '../document/span.ts'
import { field, pairsOf } from './fields.ts'
import { ENV_NAME } from './patterns.ts'

/** How the keys of model providers and forges begin. What stands before must not be part of a longer word: `task-…` is none. */
const KEYS = new RegExp(
  '(?<![A-Za-z0-9_-])(?:' + [
    'sk-(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{16,}', 'sk-[A-Za-z0-9]{20,}', 'xai-[A-Za-z0-9]{20,}', 'AIza[A-Za-z0-9_-]{30,}',
    'gsk_[A-Za-z0-9]{30,}', 'hf_[A-Za-z0-9]{30,}', 'gh[pousr]_[A-Za-z0-9]{20,}', 'github_pat_[A-Za-z0-9_]{20,}',
    'pplx-[A-Za-z0-9]{30,}', 'nvapi-[A-Za-z0-9_-]{30,}', 'r8_[A-Za-z0-9]{30,}', 'npm_[A-Za-z0-9]{36}',
    'gl(?:pat|dt|rt|cbt|ptt|ft)-[A-Za-z0-9_-]{16,}', '(?:AKIA|ASIA)[A-Z0-9]{16}',
  ].join('|') + ')' +
  '|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[\\s\\S]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|[^\\r\\n]*)',
  'g',
)

/** The key that holds the name of a variable, and in which people put the key itself. */
export const KEY_NAME = 'api_key_env'

/** Headers that carry a key and nothing else. */
export const KEY_HEADER = /^((proxy-)?authorization|(x-)?api-key|x-goog-api-key|cookie)$/i

export interface Masked {
  /** As long as the original, so that every place holds; nothing that reads it can give a key away. */
  readonly text: string
  readonly secrets: readonly Span[]
}

/** The text with the characters of everything that looks like a key covered. */
export function maskSecrets(text: string): Masked {
  const secrets: Span[] = []
  const masked = text.replace(KEYS, (key: string, at: number) => {
    secrets.push(withQuotes(text, { start: at, end: at + key.length }))
    return key.replace(/\S/g, '•')
  })
  return { text: masked, secrets }
}

/** A key that is a whole quoted value is blamed with its quotes, like any other value. */
function withQuotes(text: string, { start, end }: Span): Span {
  const quote = text[start - 1]
  return (quote === '"' || quote === "'") && text[end] === quote ? { start: start - 1, end: end + 1 } : { start, end }
}

/**
 * The same document, its text without what may be a key by the place where it stands: in that of the name of a key's variable
 * though it is no such name, or in a header that carries keys.
 */
export function withoutKeyNames(document: Document): Document {
  const providers = pairsOf(field(document.root, 'providers')).map((pair) => pair.value)
  const servers = pairsOf(field(document.root, 'mcp')).map((pair) => pair.value)
  const names = providers.flatMap((provider) => field(provider, KEY_NAME) ?? []).filter((node) => !isName(node))
  const headers = [...providers, ...servers].flatMap((provider) => pairsOf(field(provider, 'headers')).flatMap(({ key, value }) => (KEY_HEADER.test(key) ? [value] : [])))
  const spans = [...names, ...headers].flatMap((node) => ([node.span, ...(node.kind === 'scalar' && node.target ? [node.target.span] : [])]))
  if (spans.length === 0) return document
  const covered = spans.reduce((text, { start, end }) => text.slice(0, start) + text.slice(start, end).replace(/[^\s"']/g, '•') + text.slice(end), document.text)
  return { ...document, text: covered }
}

function isName(node: DocumentNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && new RegExp(ENV_NAME, 'u').test(node.value)
}

export function reportSecrets(document: Document, secrets: readonly Span[]): Diagnostic[] {
  const help = 'keep it in the environment and name the variable: by `api_key_env`, or as `${{ secrets.NAME }}`'
  const message = 'this looks like a literal key, which must not stand in a file'
  return secrets.map((span) => report(document, span, 'literal-secret', 'error', message, { help }))
}
