import { posix } from 'node:path'

/** The file that a path means which stands in another one: relative to the folder of that. */
export function calledFile(caller: string, path: string): string {
  const unified = path.replaceAll('\\', '/')
  return posix.isAbsolute(unified) ? posix.normalize(unified) : posix.join(posix.dirname(caller.replaceAll('\\', '/')), unified)
}
