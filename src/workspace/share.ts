import { dirname, join } from 'node:path'
import type { Files } from '../base/ports.ts'

/** Paths of the user's checkout that a workspace sees too, relative to the repository's top. */
export interface Shares {
  readonly link: readonly string[]
  readonly copy: readonly string[]
}

/**
 * Links and copies into a laid tree. A path that the checkout does not have is left out, and so is one that the commit itself
 * holds or that would lie behind a link.
 */
export async function share(files: Files, checkout: string, tree: string, shares: Shares): Promise<void> {
  for (const path of shares.link) if (await isFree(files, checkout, tree, path)) await files.link(join(checkout, path), join(tree, path))
  for (const path of shares.copy) if (await isFree(files, checkout, tree, path)) await files.copy(join(checkout, path), join(tree, path))
}

async function isFree(files: Files, checkout: string, tree: string, path: string): Promise<boolean> {
  if ((await files.stat(join(checkout, path))) === undefined) return false
  if ((await files.stat(join(tree, path))) !== undefined) return false
  return makeInside(files, tree, dirname(path))
}

/** Makes a folder below `tree`; false, and nothing made, when a link or a file is in the way. */
export async function makeInside(files: Files, tree: string, folder: string): Promise<boolean> {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.')
  let path = tree
  for (const part of parts) {
    path = join(path, part)
    const stat = await files.stat(path)
    if (stat === undefined) break
    if (stat.kind !== 'folder') return false
  }
  if (parts.length > 0) await files.makeFolder(join(tree, ...parts))
  return true
}
