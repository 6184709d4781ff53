import { PortError } from '../base/ports.ts'

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'the system does not allow it',
  ENOENT: 'it does not exist',
  EEXIST: 'it exists already',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be too large',
  EIO: 'the device failed',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a link, or its links lead in a circle',
  EXDEV: 'it lies on another device',
}

/** Performs an operation on `path`; what the system refuses becomes a `PortError`, anything else stays the bug that it is. */
export async function guarded<T>(path: string, operation: () => Promise<T> | T): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw toPortError(error, path)
  }
}

export function toPortError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (error instanceof PortError || code === undefined) return error
  return new PortError(code, path, `\`${path.replace(/\p{Cc}/gu, '?')}\`: ${WORDS[code] ?? `the system answered ${code}`}`)
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return error.code
}

/** Undefined instead of an error where there is nothing at the path. */
export async function ifThere<T>(operation: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await operation()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
