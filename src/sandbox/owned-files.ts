import { dirname } from 'node:path'
import type { Files, Owner } from '../base/ports.ts'
import { isBelow } from './layout.ts'

/** The same files, where what our own tools make below `root` belongs to the user that commands run as, as if it had made it itself. */
export function ownedFiles(files: Files, root: string, owner: Owner): Files {
  const give = async (path: string): Promise<void> => {
    for (let at = path; at !== root && isBelow(at, root); at = dirname(at)) await files.own(at, owner, 'entry')
  }
  return {
    ...files,
    replace: async (path, text, mode) => {
      await files.replace(path, text, mode)
      await give(path)
    },
    makeFolder: async (path, mode) => {
      await files.makeFolder(path, mode)
      await give(path)
    },
  }
}
