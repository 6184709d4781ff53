import { link, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf } from './files-error.ts'

/** A crash leaves the old or the new text, never a mixture and never a file that is half there; and what is half written in `via`. */
export async function replaceDurably(path: string, text: string, mode = 0o600, via = dirname(path)): Promise<void> {
  const temporary = await writeTemporary(join(via, basename(path)), text, mode)
  try {
    await rename(temporary, path)
  } catch (error) {
    await discard(temporary)
    if (codeOf(error) === 'EXDEV' && via !== dirname(path)) return replaceDurably(path, text, mode)
    throw error
  }
  await syncFolder(dirname(path))
}

/** The file appears with its whole text or not at all; false when there was one before. */
export async function createDurably(path: string, text: string): Promise<boolean> {
  const made = await linkTemporary(path, text)
  if (made) await syncFolder(dirname(path))
  return made
}

/** Another process may take our temporary file for what a dead one left, and remove it: then it is written again. */
async function linkTemporary(path: string, text: string): Promise<boolean> {
  for (;;) {
    const temporary = await writeTemporary(path, text, 0o600)
    try {
      await link(temporary, path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (codeOf(error) !== 'ENOENT') throw error
    } finally {
      await discard(temporary)
    }
  }
}

async function writeTemporary(path: string, text: string, mode: number): Promise<string> {
  // It need not be unguessable: the file is made exclusively. Loading the platform's cryptography would cost every start 5 ms.
  const temporary = `${path}.tmp.${Math.floor(Math.random() * 2 ** 48).toString(16).padStart(12, '0')}`
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    // What fsync could not save is lost: a second try would be told that all is well.
    await file.sync()
    await file.close()
    return temporary
  } catch (error) {
    await file.close().catch(() => {})
    await discard(temporary)
    throw error
  }
}

/** Nothing waits for it: a temporary file that cannot be removed must not hide why we gave up. */
async function discard(temporary: string): Promise<void> {
  await unlink(temporary).catch(() => {})
}

/** Some file systems cannot flush a folder, and need not. */
const FOLDER_CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EBADF'])

export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!FOLDER_CANNOT_SYNC.has(codeOf(error) ?? '')) throw error
  }
}
