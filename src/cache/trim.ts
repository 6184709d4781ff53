import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { cacheFolder, ENTRIES, linesOf, TRACES } from './cache.ts'
import { keyOfLine, readEntry } from './entry.ts'
import type { CacheEntry } from './entry.ts'

export interface CacheBounds {
  readonly entries: number
  /** Of all files that were kept with them. */
  readonly bytes: number
  /** Entries that were made before this time go; in milliseconds since 1970. */
  readonly since: number
}

export interface Trimmed {
  readonly entries: number
  readonly bytes: number
}

/** Keeps the newest entries within the bounds; what only others had kept goes with them. With `isDry` it only tells. */
export async function trimCache(files: Files, stateDir: string, bounds: CacheBounds, isDry: boolean): Promise<Trimmed> {
  const folder = cacheFolder(stateDir)
  const lines = await linesOf(files, join(folder, ENTRIES))
  const kept = newest(lines, bounds)
  const wanted = new Set([...kept.values()].flatMap((entry) => entry.files.flatMap((file) => ('link' in file ? [] : [file.sha256]))))
  const contents = await contentsOf(files, join(folder, 'files'))
  const unwanted = contents.filter(({ name }) => !wanted.has(name))
  const isSame = kept.size === lines.length
  if (!isDry) {
    if (!isSame) await files.replace(join(folder, ENTRIES), [...kept.keys()].map((line) => `${line}\n`).join(''))
    for (const { path } of unwanted) await files.remove(path)
    await shortenTraces(files, join(folder, TRACES), bounds.entries)
  }
  return { entries: lines.length - kept.size, bytes: unwanted.reduce((sum, { size }) => sum + size, 0) }
}

/** Of the entries of one key the last one counts. */
function newest(lines: readonly string[], { entries, bytes, since }: CacheBounds): Map<string, CacheEntry> {
  const kept: [string, CacheEntry][] = []
  const keys = new Set<string>()
  let left = bytes
  for (const line of lines.toReversed()) {
    const key = keyOfLine(line)
    const entry = keys.has(key) || kept.length >= entries ? undefined : readEntry(line)
    const size = entry?.files.reduce((sum, file) => sum + ('link' in file ? 0 : file.bytes), 0) ?? 0
    if (!entry || entry.at < since || size > left) continue
    keys.add(key)
    left -= size
    kept.push([line, entry])
  }
  return new Map(kept.toReversed())
}

async function contentsOf(files: Files, folder: string): Promise<{ readonly name: string; readonly path: string; readonly size: number }[]> {
  if ((await files.stat(folder))?.kind !== 'folder') return []
  const found = []
  for (const { name: part } of await files.list(folder)) {
    for (const { name } of await files.list(join(folder, part))) {
      const path = join(folder, part, name)
      found.push({ name, path, size: (await files.stat(path))?.size ?? 0 })
    }
  }
  return found
}

/** The newest records are those that matter. */
async function shortenTraces(files: Files, path: string, most: number): Promise<void> {
  const lines = await linesOf(files, path)
  if (lines.length > most) await files.replace(path, lines.slice(-most).map((line) => `${line}\n`).join(''))
}
