import { join } from 'node:path'
import { type Result, ok } from '../base/result.ts'
import { readBlobs } from './blobs.ts'
import { type Leaks, checkWritten } from './bounds.ts'
import { type RawChange, type RawPath, joinZero, parseRaw, toText } from './bytes.ts'
import { findChanges } from './changes.ts'
import { refused } from './failing.ts'
import { staysInside } from './links.ts'
import type { TrustedRepository } from './repository.ts'
import { allSettled } from './settled.ts'
import { plainText, shown, shownList } from './shown.ts'
import type { Slot, SlotPorts } from './slot.ts'
import type { WorkspaceFailure } from './workspace.ts'

/** The state of a slot as git keeps it. */
export interface Snapshot {
  readonly tree: string
  readonly files: readonly string[]
}

const LINK = '120000'
const SUBMODULE = '160000'

/** Keeps the files of a slot as a tree of the user's repository; links are kept as links, and what they point to is not read. */
export async function snapshot(ports: SlotPorts, slot: Slot, unshared: readonly string[], leaks: Leaks): Promise<Result<Snapshot, WorkspaceFailure>> {
  const { files, repository } = ports
  const index = join(slot.folder, 'collected')
  const copied = files.remove(index).then(() => files.copy(slot.index, index))
  const [changes] = await allSettled([findChanges(ports, slot, unshared), copied])
  const replaced = changes.replaced.map(toText)
  if (replaced.length > 0) return refused(`submodule ${shownList(replaced)} was replaced`, replaced)
  const fit = await checkWritten(ports, slot, changes.written, leaks)
  if (!fit.ok) return fit
  const place = { tree: slot.tree, index }
  // What was written is removed too: of a file that the index knows, git might believe that it is the same still.
  const known = joinZero([...changes.removed, ...changes.written])
  if (known.length > 0) await repository.ask(['update-index', '--force-remove', '-z', '--stdin'], { ...place, input: known })
  const stored = await store(repository, place, changes.written)
  if (!stored.ok) return stored
  const [tree, differences] = await allSettled([
    repository.ask(['write-tree'], place),
    repository.ask(['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', slot.commit], place),
  ])
  const found = parseRaw(differences)
  const wrong = await unfit(repository, found)
  if (wrong !== undefined) return wrong
  return ok({ tree: tree.toString('latin1').trim(), files: found.map((change) => toText(change.path)).sort() })
}

/** Git passes over names that it keeps for itself and goes on; other trouble ends it. */
async function store(
  repository: TrustedRepository,
  place: { readonly tree: string; readonly index: string },
  paths: readonly RawPath[],
): Promise<Result<void, WorkspaceFailure>> {
  if (paths.length === 0) return ok(undefined)
  const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin']
  const { exitCode, stderr } = await repository.tryAsk(args, { ...place, input: joinZero(paths) })
  const passedOver = [...stderr.matchAll(/^Ignoring path (.+)$/gm)].map(([, path = '']) => path)
  if (passedOver.length > 0) return refused(`git keeps names like ${shownList(passedOver)} for itself`, passedOver)
  if (exitCode === 0) return ok(undefined)
  const path = /unable to process path ([^]*)/i.exec(stderr)?.[1]?.trimEnd()
  const reason = plainText(stderr.trim().split('\n')[0] ?? '')
  if (path === undefined) return refused(`git cannot keep the changes: ${reason}`, [])
  return refused(`git cannot keep ${shown(path)}: ${reason}`, [path])
}

/** The first thing that must not flow on to other steps. */
async function unfit(repository: TrustedRepository, changes: readonly RawChange[]): Promise<Result<never, WorkspaceFailure> | undefined> {
  const nested = changes.filter((change) => change.newMode === SUBMODULE).map((change) => toText(change.path))
  if (nested.length > 0) return refused(`${shownList(nested)} is a repository of its own`, nested)
  const links = changes.filter((change) => change.newMode === LINK)
  const targets = await readBlobs(repository, links.map((link) => link.object))
  const leaving = links
    .map((link, at) => ({ path: link.path, target: targets[at] ?? '' }))
    .filter((link) => !staysInside(link.path, link.target))
    .map((link) => ({ path: toText(link.path), target: toText(link.target) }))
  const [first] = leaving
  if (first === undefined) return undefined
  const message = `link ${shown(first.path)} points to ${shown(first.target)}, which is outside of the workspace`
  return refused(message, leaving.map((link) => link.path))
}
