import { normalize } from 'node:path'
import type { Json } from '../base/json.ts'
import { PortError } from '../base/ports.ts'
import type { Cache } from '../cache/cache.ts'
import type { CacheEntry } from '../cache/entry.ts'
import type { Listing } from '../cache/listing.ts'
import { differences } from '../cache/written.ts'
import { findFiles } from '../check/glob.ts'
import type { AttemptIo, AttemptResult, AttemptTask, MaybeReusable, StepKind } from '../run/contract.ts'
import type { CheckResult } from '../run/work-event.ts'
import { cacheKey, traceName } from './cache-key.ts'
import type { CacheKey } from './cache-key.ts'
import { commitText } from './commit.ts'
import { knownInherited } from './inherited.ts'
import { placeKind } from './place.ts'
import type { StepWorld } from './world.ts'

/** The same kind of step, where its author wants it so with results of equal steps of earlier runs. */
export function cached(world: StepWorld, kind: StepKind): StepKind {
  const { cache } = world
  if (!cache) return kind
  return {
    ...kind,
    reuse: (task) => (task.step.cache && cache.isRead ? look(world, cache, task) : undefined),
    attempt: async (task, io) => attempt(world, cache, kind, task, io),
  }
}

function look(world: StepWorld, cache: Cache, task: AttemptTask): MaybeReusable | Promise<MaybeReusable> {
  if (!cache.isOpen) return cache.open().then(async () => look(world, cache, task))
  const key = cacheKey(world, cache, task)
  return key instanceof Promise ? key.then(async (found) => take(world, cache, task, found)) : take(world, cache, task, key)
}

/** At once where nothing has to be written for it. */
function take(world: StepWorld, cache: Cache, task: AttemptTask, found: CacheKey | undefined): MaybeReusable | Promise<MaybeReusable> {
  const entry = found && cache.find(found.key)
  if (!entry || !isInPlace(cache, entry, found.listing)) return undefined
  const { run, exitCode, outputs, filesChanged, model } = entry
  const checks = entry.checks as unknown as readonly CheckResult[]
  const result = { source: 'cache' as const, run, exitCode, outputs, commit: null, filesChanged, model, checks }
  if (entry.tree !== null) return commitAgain(world, task, entry, entry.tree).then((commit) => (commit === undefined ? undefined : { ...result, commit }))
  if (entry.files.length === 0 || placeKind(task) !== 'checkout') return result
  return restore(world, cache, entry).then((isWhole) => (isWhole ? result : undefined))
}

/** Whether all that the step wrote in the checkout is there still, or as a step left it that came later, or was kept. */
function isInPlace({ traces }: Cache, { wrote, files }: CacheEntry, listing: Listing | undefined): boolean {
  const kept = new Set(files.map(({ path }) => path))
  return wrote.every(({ path, after }) => {
    const now = listing?.get(path) ?? null
    return now === after || kept.has(path) || traces.left(path, now)
  })
}

async function restore({ checkout, presence }: StepWorld, cache: Cache, entry: CacheEntry): Promise<boolean> {
  const ends = [presence.enter(), cache.working()]
  try {
    return await cache.files.restore(checkout.root, entry.files)
  } finally {
    for (const end of ends) end()
  }
}

/** The same change on what the step sees in this run; undefined where git has lost it. */
async function commitAgain(world: StepWorld, task: AttemptTask, entry: CacheEntry, tree: string): Promise<string | undefined> {
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return undefined
  const parent = await knownInherited(world, task, workspaces.value)
  if (parent === undefined) return undefined
  const text = commitText(task, { agent: entry.agent ?? undefined, model: entry.model ?? undefined })
  const commit = await workspaces.value.commit(tree, parent, text)
  await workspaces.value.pin(task.node, commit)
  return commit
}

/** Performs it and keeps what it gave; of any step it is remembered what it writes in the checkout. */
async function attempt(world: StepWorld, cache: Cache, kind: StepKind, task: AttemptTask, io: AttemptIo): Promise<AttemptResult> {
  if (!task.step.cache && placeKind(task) !== 'checkout') return kind.attempt(task, io)
  const known = await withoutFail(io, async () => beforehand(world, cache, task))
  if (task.step.cache && known && !known.key) await tell(io, 'its result cannot be kept in the cache: what it depends on cannot be told')
  const checks = new Map<string, Json>()
  const listening: AttemptIo = {
    ...io,
    async emit(event) {
      if (event.type === 'check-finished') checks.set(event.result.name, event.result as unknown as Json)
      await io.emit(event)
    },
  }
  const result = await kind.attempt(task, listening)
  if (known) await withoutFail(io, async () => keep(world, cache, task, known, result, [...checks.values()]))
  return result
}

interface Known {
  /** Of a step whose result is to be kept. */
  readonly key: string | undefined
  /** The checkout before, for one that works there. */
  readonly listing: Listing | undefined
}

async function beforehand(world: StepWorld, cache: Cache, task: AttemptTask): Promise<Known> {
  await cache.open()
  const key = task.step.cache ? await cacheKey(world, cache, task) : undefined
  return { key: key?.key, listing: key?.listing ?? (placeKind(task) === 'checkout' ? await cache.look() : undefined) }
}

async function keep(world: StepWorld, cache: Cache, task: AttemptTask, { key, listing }: Known, result: AttemptResult, checks: readonly Json[]): Promise<void> {
  const after = listing && (await cache.look())
  const wrote = listing && after ? differences(listing, after) : []
  await cache.trace(wrote.map((change) => ({ ...change, step: traceName(world, task.step.id) })))
  if (key === undefined || result.status !== 'passed') return
  const { exitCode = null, outputs = {}, commit, filesChanged = [], model = null } = result
  const workspaces = commit == null ? undefined : await world.workspaces()
  const tree = commit != null && workspaces?.ok ? await workspaces.value.treeOf(commit) : null
  const files = listing ? await cache.files.keep(world.checkout.root, await pathsToKeep(world, task)) : []
  await cache.keep(key, world.redact({ at: world.ports.clock.now(), run: task.run, exitCode, outputs, tree, filesChanged, agent: task.agent, model, checks, wrote, files }))
}

/** What `cache.paths` name below the folder where the step works, relative to the top; the path of a folder stands for all that is in it. */
async function pathsToKeep({ ports: { files }, checkout: { cwd, root } }: StepWorld, { step }: AttemptTask): Promise<string[]> {
  const below = cwd === root ? '' : `${cwd.slice(root.length + 1)}/`
  const found = new Set<string>()
  for (const glob of step.cache?.paths ?? []) {
    for (const path of /[*?{]/.test(glob) ? await findFiles(files, cwd, glob) : [normalize(glob)]) found.add(`${below}${path}`)
  }
  return [...found].sort()
}

/** A cache that cannot be used costs time, and nothing else. */
async function withoutFail<T>(io: AttemptIo, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    await tell(io, `its result cannot be kept in the cache: ${error.message}`)
    return undefined
  }
}

async function tell(io: AttemptIo, message: string): Promise<void> {
  await io.emit({ type: 'noticed', severity: 'warning', code: 'cache-unused', message })
}
