import { display } from '../document/display.ts'
import type { DocumentNode, DocumentPath } from '../document/document.ts'

/** A name or value of the author, safe to show in a message. */
export function quoted(text: string | number): string {
  return `\`${display(String(text), 60).replaceAll('`', "'")}\``
}

/** `a`, `b` or `c`, each quoted. */
export function oneOf(words: readonly string[]): string {
  return joined(words, 'or')
}

/** `a`, `b` and `c`, each quoted. */
export function allOf(words: readonly string[]): string {
  return joined(words, 'and')
}

function joined(words: readonly string[], last: string): string {
  const all = words.map(quoted)
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`
}

/** What `nearest` found, as a next step; undefined when it found nothing. */
export function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean ${quoted(word)}?`
}

const NOUNS: Readonly<Record<string, string>> = {
  inputs: 'input', providers: 'provider', routes: 'route', mcp: 'tool server', agents: 'agent', checks: 'check', steps: 'step',
}

/** A place of the pipeline in words: the pipeline, step `a`, `attempts` of `retry` of step `a`. */
export function subjectOf(path: DocumentPath): string {
  const [top, second] = path
  if (top === undefined) return 'the pipeline'
  const noun = Object.hasOwn(NOUNS, top) ? NOUNS[top] : undefined
  if (noun !== undefined && path.length === 2 && second !== undefined) return `${noun} ${quoted(second)}`
  const last = path.at(-1) ?? ''
  const own = typeof last === 'number' ? `item ${last + 1}` : quoted(last)
  return path.length === 1 ? own : `${own} of ${subjectOf(path.slice(0, -1))}`
}

/** Texts that would be something else without their quotes. */
const LOOKS_TYPED = /^(true|false|null|~|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)$/i

/** What stands there, in words. */
export function found(node: DocumentNode | undefined): string {
  if (node === undefined) return 'nothing'
  if (node.kind === 'mapping') return 'a mapping'
  if (node.kind === 'sequence') return 'a list'
  if (node.value === null) return 'nothing'
  if (node.value === '') return 'an empty text'
  if (typeof node.value === 'string') return LOOKS_TYPED.test(node.value) ? `the text ${quoted(node.value)}` : quoted(node.value)
  return `the ${typeof node.value} ${String(node.value)}`
}
