import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, ifThere } from './files-error.ts'

/** Removes what stands at the path itself: of a link the link, never what it points to. */
export async function removeAll(path: string): Promise<void> {
  const entry = path.replace(/(?<=.)\/+$/, '')
  try {
    await rm(entry, { recursive: true, force: true })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
    await openUp(entry)
    await rm(entry, { recursive: true, force: true })
  }
}

/** Folders that are closed to their owner are opened, since what is in them could not be removed otherwise. */
async function openUp(path: string): Promise<void> {
  const stat = await ifThere(async () => lstat(path))
  if (!stat?.isDirectory()) return
  if ((stat.mode & 0o700) !== 0o700) await chmod(path, 0o700)
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(path, entry.name))
  }
}
