import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { entryLine } from '../../../src/cache/entry.ts'
import { trimCache } from '../../../src/cache/trim.ts'
import type { CacheBounds } from '../../../src/cache/trim.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterEach(removeFolders)

const ALL: CacheBounds = { entries: 100, bytes: 1_000_000, since: 0 }

/** A cache whose entries `e0`, `e1`, … were made one after the other, each with a file of so many bytes of its own. */
function cacheWith(sizes: readonly number[]): { state: string; keys: () => string[]; files: () => number[] } {
  const state = folderWith({})
  const names = sizes.map((size, index) => keep(state, String(index).repeat(size)))
  const lines = sizes.map((bytes, index) => entryLine(`e${index}`, {
    at: index, run: 'r', exitCode: 0, outputs: {}, tree: null, filesChanged: [], model: null, checks: [], wrote: [],
    files: [{ path: 'out', sha256: names[index] ?? '', mode: 0o644, bytes }],
  }))
  const list = join(state, 'cache/entries.ndjson')
  writeFileSync(list, lines.map((line) => `${line}\n`).join(''))
  return {
    state,
    keys: () => readFileSync(list, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split(' ')[0] ?? ''),
    files: () => names.flatMap((name, index) => (existsSync(placeOf(state, name)) ? [index] : [])),
  }
}

function placeOf(state: string, sha256: string): string {
  return join(state, 'cache/files', sha256.slice(0, 2), sha256)
}

function keep(state: string, text: string): string {
  const sha256 = createHash('sha256').update(text).digest('hex')
  mkdirSync(join(placeOf(state, sha256), '..'), { recursive: true })
  writeFileSync(placeOf(state, sha256), text)
  return sha256
}

describe('the cache is bounded', () => {
  it('by the number of its entries, of which the newest stay', async () => {
    const { state, keys, files } = cacheWith([1, 2, 3, 4])
    expect(await trimCache(createFiles(), state, { ...ALL, entries: 2 }, false)).toEqual({ entries: 2, bytes: 3 })
    expect([keys(), files()]).toEqual([['e2', 'e3'], [2, 3]])
  })

  it('by the bytes of the files that are kept with them', async () => {
    const { state, keys, files } = cacheWith([10, 20, 30, 40])
    expect(await trimCache(createFiles(), state, { ...ALL, bytes: 70 }, false)).toEqual({ entries: 2, bytes: 30 })
    expect([keys(), files()]).toEqual([['e2', 'e3'], [2, 3]])
  })

  it('by their age, and removes nothing when it only tells', async () => {
    const { state, keys, files } = cacheWith([1, 2, 3])
    expect(await trimCache(createFiles(), state, { ...ALL, since: 2 }, true)).toEqual({ entries: 2, bytes: 3 })
    expect([keys(), files()]).toEqual([['e0', 'e1', 'e2'], [0, 1, 2]])
  })
})
