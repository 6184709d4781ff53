import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const src = join(import.meta.dirname, '../../src')

/** Words of the source that look like codes of diagnostics and are none. A new one must be put here, or get its golden file. */
export const OTHER_WORDS: readonly string[] = [
  'claude-code', 'eslint-json', 'here-quoted', 'ill-formed', 'openai-compatible', 'orch-run', 'read-only', 'utf-8',
]

/**
 * Every code that a diagnostic can have: each hyphened word in quotes of the rooms that make diagnostics, as no other search
 * would be sure to find one that is passed on through variables; and single words where a code must stand.
 */
export function sourceCodes(): string[] {
  return [...sourceWords()].filter((word) => !OTHER_WORDS.includes(word)).sort()
}

export function sourceWords(): ReadonlySet<string> {
  const texts = sourceFiles().map((path) => withoutImports(readFileSync(path, 'utf8')))
  const hyphened = texts.flatMap((text) => [...text.matchAll(/'([a-z][a-z0-9]*(?:-[a-z0-9]+)+)'/g)])
  const single = texts.flatMap((text) => [...text.matchAll(/'([a-z]+)', '(?:error|warning)'/g), ...text.matchAll(/\bcode: '([a-z]+)'/g)])
  return new Set([...hyphened, ...single].map(([, word]) => word ?? ''))
}

/** The rooms of the language but for its vocabulary, which holds the author's words; and of `cli` whatever makes diagnostics. */
export function sourceFiles(): string[] {
  const found = ['document', 'pipeline', 'cli'].flatMap((room) => filesBelow(join(src, room)))
  return found.filter((path) => {
    if (!path.endsWith('.ts') || /\.generated\.|\/vocabulary\/|\/words\.ts$/.test(path)) return false
    return !path.startsWith(join(src, 'cli')) || readFileSync(path, 'utf8').includes("severity: 'error'")
  })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function withoutImports(text: string): string {
  return text.split('\n').filter((line) => !/^import |^\s*(\/\/|\*|\/\*)|\bimport\('|^} from '/.test(line)).join('\n')
}
