import { join, resolve } from 'node:path'
import type { Files, Ports } from '../base/ports.ts'
import { trimCache } from '../cache/trim.ts'
import type { RunSummary } from '../store/run-summary.ts'
import type { Store } from '../store/store.ts'
import { isPinOf, listPins, removePins } from '../workspace/pins.ts'
import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { orStop } from './stop.ts'
import { stateStore } from './store.ts'

export interface GcOptions {
  readonly stateDir: string
  /** How many of the newest runs stay, whatever their age. */
  readonly keep?: number
  /** In milliseconds. */
  readonly olderThan?: number
  /** Also runs that did not pass: nobody can go on with them any more. */
  readonly unfinished?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const DAY_MS = 86_400_000

/** What stays of the cache. */
const MOST_ENTRIES = 20_000
const MOST_BYTES = 1024 ** 3

interface Freed {
  readonly runs: readonly string[]
  readonly worktrees: readonly string[]
  readonly refs: readonly string[]
  readonly cache_entries: number
  readonly bytes: number
}

/** Removes old runs with their refs, what killed runs left, and what is too much in the cache; nothing that is not ours. */
export async function gcCommand(options: GcOptions): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const freed = await collect(ports, await stateStore(ports, process.cwd(), options.stateDir), options)
    process.stdout.write(options.json === true ? `${JSON.stringify(freed, null, 2)}\n` : `${words(freed, options.dryRun === true)}\n`)
    return EXIT.passed
  })
}

async function collect(ports: Ports, store: Store, options: GcOptions): Promise<Freed> {
  const { files, clock } = ports
  const isDry = options.dryRun === true
  const now = clock.now()
  const all = await store.listRuns()
  const removed: string[] = []
  let bytes = 0
  for (const run of oldRuns(all, options, now)) {
    const size = await sizeOf(files, store.folderOf(run.id))
    // Somebody may have begun to work on it since it was listed.
    if (!isDry && !(await store.removeRun(run.id)).ok) continue
    removed.push(run.id)
    bytes += size
  }
  const worktrees = await leftovers(ports, store)
  for (const path of worktrees) {
    bytes += await sizeOf(files, path)
    if (!isDry) await files.remove(path)
  }
  const refs = await oldRefs(ports, removed, all, now - (options.olderThan ?? 30 * DAY_MS), isDry)
  const since = options.olderThan === undefined ? 0 : now - options.olderThan
  const trimmed = await trimCache(files, resolve(process.cwd(), options.stateDir), { entries: MOST_ENTRIES, bytes: MOST_BYTES, since }, isDry)
  return { runs: removed, worktrees: worktrees.map((path) => path.slice(store.path.length + 1)), refs, cache_entries: trimmed.entries, bytes: bytes + trimmed.bytes }
}

/** Without options those that passed more than 30 days ago. Never one that goes on. */
function oldRuns(all: readonly RunSummary[], { keep, olderThan, unfinished }: GcOptions, now: number): RunSummary[] {
  const age = olderThan ?? (keep === undefined ? 30 * DAY_MS : 0)
  return all.slice(keep ?? 0).filter((run) => {
    const isOver = run.status === 'passed' || (unfinished === true && run.status !== 'running')
    return isOver && now - (run.finishedAt ?? run.startedAt) >= age
  })
}

/** Worktrees of runs that nobody is at work on. */
async function leftovers({ files }: Ports, store: Store): Promise<string[]> {
  const folder = join(store.path, 'worktrees')
  if ((await files.stat(folder))?.kind !== 'folder') return []
  const found: string[] = []
  for (const { name } of await files.list(folder)) {
    if ((await store.ownerOf(name.split('~')[0] ?? '')) === undefined) found.push(join(folder, name))
  }
  return found
}

/** Those of the removed runs, and old ones of runs that are not here: another state folder may still have young ones. */
async function oldRefs({ git }: Ports, removed: readonly string[], known: readonly RunSummary[], before: number, isDry: boolean): Promise<string[]> {
  const repository = (await git.version()) === undefined ? undefined : await git.inspect(process.cwd())
  if (!repository) return []
  const pins = await listPins(git, repository)
  const refs = pins.filter(({ ref, at }) => {
    if (removed.some((run) => isPinOf(ref, run))) return true
    return at < before && !known.some(({ id }) => isPinOf(ref, id))
  }).map(({ ref }) => ref)
  if (!isDry) await removePins(git, repository, refs)
  return refs
}

async function sizeOf(files: Files, path: string): Promise<number> {
  const stat = await files.stat(path)
  if (stat?.kind !== 'folder') return stat?.size ?? 0
  let sum = 0
  for (const { name } of await files.list(path)) sum += await sizeOf(files, join(path, name))
  return sum
}

function words({ runs, worktrees, refs, cache_entries: entries, bytes }: Freed, isDry: boolean): string {
  const parts = [counted(runs.length, 'run'), counted(worktrees.length, 'leftover worktree'), counted(refs.length, 'ref'), counted(entries, 'cache entry', 'cache entries')]
  return `${isDry ? 'would remove' : 'removed'} ${parts.join(', ')}; ${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
