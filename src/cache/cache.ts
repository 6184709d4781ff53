import { join } from 'node:path'
import { isObject } from '../base/json.ts'
import type { Appender, Files, Git } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import { entryLine, keyOfLine, readEntry } from './entry.ts'
import type { CacheEntry } from './entry.ts'
import { createKeptFiles } from './kept-files.ts'
import type { KeptFiles } from './kept-files.ts'
import { createLook } from './listing.ts'
import type { Checkout, Listing } from './listing.ts'
import { createTraces } from './written.ts'
import type { Traces, WrittenBy } from './written.ts'

/** Results of earlier runs by what they depended on. Everything of it can be lost without harm. */
export interface Cache {
  /** False: nothing is taken from it in this run. */
  readonly isRead: boolean
  /** What was kept under a key, and is as it was kept. `open` comes before. */
  find(key: string): CacheEntry | undefined
  keep(key: string, entry: CacheEntry): Promise<void>
  /** What steps wrote in the checkout. */
  trace(records: readonly WrittenBy[]): Promise<void>
  readonly files: KeptFiles
  readonly traces: Pick<Traces, 'digest' | 'left'>
  /** Paths that count for no step: of pipelines it counts what a step makes of them. */
  readonly without: readonly string[]
  /** Reads what there is, once. */
  open(): Promise<void>
  readonly isOpen: boolean
  /** The checkout as it was at the first look, which is before the first step. */
  start(): Listing | undefined
  /** As it was when it was last looked at, unless something may have changed it since. */
  seen(): Listing | undefined
  /** The checkout as it is now; undefined where there are too many files outside of a repository. */
  look(): Promise<Listing | undefined>
  /** Something begins to work in the checkout; the answer is called when it ends. */
  working(): () => void
  close(): Promise<void>
}

export interface CacheSettings extends Checkout {
  readonly isRead: boolean
}

export const ENTRIES = 'entries.ndjson'
export const TRACES = 'written.ndjson'

export function cacheFolder(stateDir: string): string {
  return join(stateDir, 'cache')
}

export function createCache(ports: { readonly files: Files; readonly git: Git }, settings: CacheSettings): Cache {
  const { files } = ports
  const folder = cacheFolder(settings.stateDir)
  const sight = createSight(createLook(ports, settings))
  const lines = new Map<string, string>()
  const traces = createTraces([])
  const entries = createLines(files, folder, ENTRIES)
  const written = createLines(files, folder, TRACES)
  let opening: Promise<void> | undefined
  let isOpen = false
  const read = async (): Promise<void> => {
    for (const line of await linesOf(files, join(folder, ENTRIES))) lines.set(keyOfLine(line), line)
    traces.add((await linesOf(files, join(folder, TRACES))).flatMap(traceOf))
    isOpen = true
  }
  return {
    isRead: settings.isRead,
    without: settings.without,
    get isOpen() { return isOpen },
    open: async () => (opening ??= read()),
    files: createKeptFiles(files, folder),
    traces,
    find(key) {
      const line = lines.get(key)
      return line === undefined ? undefined : readEntry(line)
    },
    async keep(key, entry) {
      const line = entryLine(key, entry)
      lines.set(key, line)
      await entries.add([line])
    },
    async trace(records) {
      traces.add(records)
      if (records.length > 0) await written.add(records.map((record) => JSON.stringify(record)))
    },
    ...sight,
    async close() {
      await entries.close()
      await written.close()
    },
  }
}

/** Looks are remembered until something works in the checkout; while something does, no look is worth remembering. */
function createSight(list: () => Promise<Listing | undefined>): Pick<Cache, 'start' | 'seen' | 'look' | 'working'> {
  let first: Listing | undefined
  let working = 0
  let changes = 0
  let last: { readonly listing: Listing | undefined; readonly at: number } | undefined
  let looking: { readonly done: Promise<Listing | undefined>; readonly at: number } | undefined
  const isFresh = (at: number): boolean => working === 0 && at === changes
  return {
    start: () => first,
    seen: () => (last && isFresh(last.at) ? last.listing : undefined),
    async look() {
      if (last && isFresh(last.at)) return last.listing
      if (looking && isFresh(looking.at)) return looking.done
      const at = changes
      const done = list()
      looking = { done, at }
      last = { listing: await done, at }
      first ??= last.listing
      return last.listing
    },
    working() {
      working += 1
      changes += 1
      return () => { working -= 1; changes += 1 }
    },
  }
}

/** A file of lines that only grows. Each is written behind a line break too: a torn one spoils no other. */
function createLines(files: Files, folder: string, name: string): { add(lines: readonly string[]): Promise<void>; close(): Promise<void> } {
  let file: Promise<Appender> | undefined
  const open = async (): Promise<Appender> => {
    await files.makeFolder(folder, 0o700)
    return files.append(join(folder, name))
  }
  return {
    async add(lines) {
      file ??= open()
      await (await file).write(`\n${lines.join('\n')}\n`)
    },
    async close() {
      const opened = await file?.catch(() => undefined)
      await opened?.close()
    },
  }
}

/** Nothing where there is no such file. */
export async function linesOf(files: Pick<Files, 'read'>, path: string): Promise<string[]> {
  try {
    return (await files.read(path)).split('\n').filter((line) => line !== '')
  } catch (error) {
    if (error instanceof PortError && error.code === 'ENOENT') return []
    throw error
  }
}

function traceOf(line: string): WrittenBy[] {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) && typeof value.path === 'string' && typeof value.step === 'string' ? [value as unknown as WrittenBy] : []
  } catch {
    return []
  }
}
