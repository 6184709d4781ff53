import { constants, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { cp, readdir, rename, symlink, writeFile } from 'node:fs/promises'
import type { Entry, EntryKind, Files, Stat } from '../base/ports.ts'
import { openAppender } from './files-appender.ts'
import { digestOf } from './files-digest.ts'
import { createDurably, replaceDurably, syncFolder } from './files-durable.ts'
import { guarded, ifThere } from './files-error.ts'
import { makeFolders } from './files-folder.ts'
import { giveTo } from './files-own.ts'
import { readUpTo } from './files-read.ts'
import { removeAll } from './files-remove.ts'

/** The file system of this machine. */
export function createFiles(): Files {
  return {
    read: async (path) => guarded(path, async () => (await readUpTo(path, undefined)).toString('utf8')),
    readBytes: async (path, limit, from) => guarded(path, async () => readUpTo(path, limit, from)),
    readLink: async (path) => guarded(path, () => readlinkSync(path)),
    replace: async (path, text, mode, via) => guarded(path, async () => replaceDurably(path, text, mode, via)),
    write: async (path, data, mode) => guarded(path, async () => writeFile(path, data, { mode: mode ?? 0o666 })),
    digest: async (path) => guarded(path, async () => digestOf(path)),
    append: openAppender,
    makeFolder: async (path, mode) => guarded(path, () => makeFolders(path, mode ?? 0o777)),
    remove: async (path) => guarded(path, async () => removeAll(path)),
    rename: async (from, to) => guarded(from, async () => rename(from, to)),
    link: async (target, path) => guarded(path, async () => symlink(target, path)),
    copy: async (from, to) => guarded(from, async () => copyAll(from, to)),
    stat: async (path) => guarded(path, () => ifThere(() => statOf(path))),
    list: async (folder) => guarded(folder, async () => entriesOf(folder)),
    real: async (path) => guarded(path, async () => ifThere(() => realpathSync.native(path))),
    own: async (path, owner, depth) => guarded(path, () => giveTo(path, owner, depth)),
    createExclusive: async (path, text) => guarded(path, async () => createDurably(path, text)),
    syncFolder: async (path) => guarded(path, async () => syncFolder(path)),
  }
}

/** Links are copied as they are written, files as clones where the file system can. */
async function copyAll(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
}

/** Asked at once: a trip through the pool of threads costs thirty times what the system needs for its answer. */
function statOf(path: string): Stat | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat && { kind: kindOf(stat), size: stat.size, mode: stat.mode & 0o7777, modifiedMs: stat.mtimeMs, links: stat.nlink }
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'link' : 'other'
}
