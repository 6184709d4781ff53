import { posix } from 'node:path'
import { OWN_PATH } from './patterns.ts'

const OWN = new RegExp(OWN_PATH, 'u')

/** Whether a path is one that a pipeline may name: not empty, and relative to its folder. */
export function isOwnPath(path: string): boolean {
  return path.trim() !== '' && OWN.test(path)
}

/** The file that a path means which stands in another one: relative to the folder of that. */
export function calledFile(caller: string, path: string): string {
  const unified = path.replaceAll('\\', '/')
  return posix.isAbsolute(unified) ? posix.normalize(unified) : posix.join(posix.dirname(caller.replaceAll('\\', '/')), unified)
}
