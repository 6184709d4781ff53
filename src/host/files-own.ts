import { lchownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../base/ports.ts'
import { codeOf } from './files-error.ts'

/** Done at once: ten thousand trips through the pool of threads would take longer than the system does. */
export function giveTo(path: string, owner: Owner, depth: 'entry' | 'tree'): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat) return
  // A file with several names may have one outside of the tree, in a store of packages for example.
  const isShared = stat.isFile() && stat.nlink > 1
  if (!isShared && (stat.uid !== owner.uid || stat.gid !== owner.gid)) lchownSync(path, owner.uid, owner.gid)
  if (depth === 'tree' && stat.isDirectory()) for (const name of namesIn(path)) giveTo(join(path, name), owner, depth)
}

/** A folder may vanish while somebody else still works in it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
