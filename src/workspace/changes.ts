import { join } from 'node:path'
import { type RawChange, type RawPath, joinZero, parseRaw, splitZero, toRaw, toText } from './bytes.ts'
import { type TrustedRepository, succeeded } from './repository.ts'
import { allSettled } from './settled.ts'
import type { Slot, SlotPorts } from './slot.ts'

/** What may differ between a tree and our index of it. */
export interface Changes {
  /** Gone, or no longer something that git could hold. */
  readonly removed: readonly RawPath[]
  /** To be read again; some may turn out to be the same. */
  readonly written: readonly RawPath[]
  /** Submodules that were replaced by something else. */
  readonly replaced: readonly RawPath[]
}

const OTHERS = ['ls-files', '-o', '-z', '--exclude-standard']
const SUBMODULE = '160000'

/**
 * Finds the changes by looking alone: no configuration, filter or program of the tree is used. The ignore rules are those that
 * the tree has now, so a tenant that changes `.gitignore` changes what counts, and that change is itself one of the changes.
 * What lies inside a submodule does not count. Pipes, sockets and devices are as good as absent.
 */
export async function findChanges(ports: SlotPorts, slot: Slot, unshared: readonly string[]): Promise<Changes> {
  const { repository } = ports
  const place = { tree: slot.tree, index: slot.index }
  const [tracked, others] = await allSettled([
    repository.ask(['diff-files', '--raw', '-z', '--no-abbrev', '--no-renames', '--ignore-submodules=all'], place),
    repository.ask(OTHERS, place),
  ])
  const sorted = await sortTracked(ports, slot, parseRaw(tracked))
  const own = splitZero(others).filter((path) => !isBelow(path, unshared.map(toRaw)))
  return { ...sorted, written: [...sorted.written, ...(await withNested(repository, slot, own))] }
}

async function sortTracked({ files }: SlotPorts, slot: Slot, changes: readonly RawChange[]): Promise<Changes> {
  const removed: RawPath[] = []
  const written: RawPath[] = []
  const replaced: RawPath[] = []
  await Promise.all(changes.map(async ({ status, oldMode, newMode, path }) => {
    if (oldMode === SUBMODULE) replaced.push(path)
    else if (status === 'D' || newMode === SUBMODULE) removed.push(path)
    else if ((await files.stat(join(slot.tree, toText(path))))?.kind === 'other') removed.push(path)
    else written.push(path)
  }))
  return { removed, written, replaced }
}

/** A repository that the tenant made inside the tree is listed as one path; its files count like any others, its `.git` does not. */
async function withNested(repository: TrustedRepository, slot: Slot, paths: readonly RawPath[]): Promise<RawPath[]> {
  const plain = paths.filter((path) => !path.endsWith('/'))
  for (const folder of paths.filter((path) => path.endsWith('/'))) {
    const inside = await repository.ask(OTHERS, { tree: join(slot.tree, toText(folder)), index: join(slot.folder, 'no-index') })
    const kept = await notIgnored(repository, slot, splitZero(inside).map((path) => folder + path))
    plain.push(...(await withNested(repository, slot, kept)))
  }
  return plain
}

/** The rules above a nested repository hold inside it too. */
async function notIgnored(repository: TrustedRepository, slot: Slot, paths: readonly RawPath[]): Promise<RawPath[]> {
  if (paths.length === 0) return []
  const args = ['check-ignore', '--no-index', '-z', '--stdin']
  const answer = await repository.tryAsk(args, { tree: slot.tree, index: slot.index, input: joinZero(paths) })
  const ignored = new Set(splitZero(answer.exitCode === 1 ? answer.stdout : succeeded(answer, args)))
  return paths.filter((path) => !ignored.has(path))
}

function isBelow(path: RawPath, folders: readonly RawPath[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}
