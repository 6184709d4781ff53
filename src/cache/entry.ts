import { createHash } from 'node:crypto'
import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'

/** What a step gave, under the key of all that it depended on. */
export interface CacheEntry {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number
  readonly run: string
  readonly exitCode: number | null
  readonly outputs: JsonObject
  /** The tree of its commit; null where it changed nothing. */
  readonly tree: string | null
  readonly filesChanged: readonly string[]
  /** Who did it; absent in entries of older builds. */
  readonly agent?: string | null
  readonly model: string | null
  readonly checks: readonly Json[]
  /** What it wrote in the checkout, as far as git would see it. */
  readonly wrote: readonly Written[]
  /** What it made of `cache.paths`. */
  readonly files: readonly KeptFile[]
}

/** A path with its content before and after, as ids; null: there was none. */
export interface Written {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** Relative to where the step worked; a file by the digest of its content, or a link by what it says. */
export type KeptFile =
  | { readonly path: string; readonly sha256: string; readonly mode: number; readonly bytes: number }
  | { readonly path: string; readonly link: string }

/** One line of the list of entries: the key, a digest of what follows, and the entry. */
export function entryLine(key: string, entry: CacheEntry): string {
  const text = JSON.stringify(entry)
  return `${key} ${digestOf(key, text)} ${text}`
}

/** The entry of a line; undefined when the line is not as it was written. */
export function readEntry(line: string): CacheEntry | undefined {
  const [, key = '', digest = '', text = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
  if (digest !== digestOf(key, text)) return undefined
  const value: unknown = JSON.parse(text)
  return isObject(value) ? (value as unknown as CacheEntry) : undefined
}

export function keyOfLine(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(' ')))
}

function digestOf(key: string, text: string): string {
  return createHash('sha256').update(`${key} ${text}`).digest('hex').slice(0, 32)
}
