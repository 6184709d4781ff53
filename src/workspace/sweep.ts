import { join } from 'node:path'
import { type EntryKind, type Files, PortError } from '../base/ports.ts'
import { type IndexEntry, readEntries } from './entries.ts'
import type { Slot, SlotPorts } from './slot.ts'

/** Everything in a tree, as it was seen. */
export interface Found {
  readonly kinds: ReadonlyMap<string, EntryKind>
  /** Modes of the folders that were entered. */
  readonly modes: ReadonlyMap<string, number>
}

/** `replaced`: more has to be done before the tree is what the commit says; `unclean`: the slot must not be used again. */
export type Swept = 'clean' | 'replaced' | 'unclean'

const PERMISSIONS = 0o7777

/** Walks a tree without following links, while git may be at work in it: what vanishes on the way is left out. */
export async function lookAround(files: Files, slot: Slot): Promise<Found> {
  const kinds = new Map<string, EntryKind>()
  const modes = new Map<string, number>()
  await walk('')
  return { kinds, modes }

  async function walk(folder: string): Promise<void> {
    const place = join(slot.tree, folder)
    const [entries, stat] = await Promise.all([files.list(place).catch(vanished), files.stat(place)])
    if (stat !== undefined) modes.set(folder, stat.mode)
    await Promise.all(entries.map(async ({ name, kind }) => {
      const path = folder === '' ? name : `${folder}/${name}`
      kinds.set(path, kind)
      if (kind === 'folder') await walk(path)
    }))
  }
}

function vanished(error: unknown): [] {
  if (error instanceof PortError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
  throw error
}

/**
 * Removes whatever was found in a slot's tree and is not of its commit, also what git overlooks (pipes, sockets, a `.git`
 * within a folder), and proves that nothing of the former tenant is left, in modes neither.
 */
export async function removeStrangers(ports: SlotPorts, slot: Slot, found: Found, handedOver: number): Promise<Swept> {
  const { files, repository } = ports
  const entries = readEntries(await files.readBytes(slot.index), repository.user.objectFormat)
  if (entries === undefined) return 'unclean'
  const expected = expectedKinds(entries)
  const strangers: string[] = []
  for (const [path, kind] of found.kinds) {
    if (expected.get(path) === kind) continue
    if (expected.has(path) || path.includes('\ufffd')) return 'replaced'
    if (expected.get(parent(path)) === 'folder' || parent(path) === '') strangers.push(path)
  }
  await Promise.all(strangers.map(async (path) => files.remove(join(slot.tree, path))))
  return (await hasPlainModes(files, slot, entries, expected, found, handedOver)) ? 'clean' : 'unclean'
}

/** Kind of every path that belongs to a tree, folders included. */
function expectedKinds(entries: readonly IndexEntry[]): Map<string, EntryKind> {
  const expected = new Map<string, EntryKind>()
  for (const { path, kind } of entries) {
    expected.set(path, kind === 'submodule' ? 'folder' : kind)
    for (let folder = parent(path); folder !== '' && !expected.has(folder); folder = parent(folder)) expected.set(folder, 'folder')
  }
  return expected
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/**
 * Git looks at times in whole seconds and at one bit of the mode. So of files that were laid in the very second in which the
 * tree was handed over, and of all folders, the modes are compared here, with those that git gives under this umask.
 */
async function hasPlainModes(
  files: Files,
  slot: Slot,
  entries: readonly IndexEntry[],
  expected: ReadonlyMap<string, EntryKind>,
  found: Found,
  handedOver: number,
): Promise<boolean> {
  const plain = ((await files.stat(slot.index))?.mode ?? 0) & PERMISSIONS
  const executable = plain | ((plain & 0o444) >> 2)
  for (const [folder, mode] of found.modes) {
    if (folder === '' ? mode !== slot.treeMode : expected.get(folder) === 'folder' && mode % 0o1000 !== executable) return false
  }
  const recent = entries.filter((entry) => entry.kind === 'file' && entry.changedSecond >= handedOver)
  const facts = await Promise.all(recent.map(async ({ path }) => files.stat(join(slot.tree, path))))
  const wanted = recent.map((entry) => (entry.executable ? executable : plain))
  return facts.every((stat, at) => stat?.links === 1 && (stat.mode & PERMISSIONS) === wanted[at])
}
