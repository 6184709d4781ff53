import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Files } from '../base/ports.ts'

/** Where the files lie that tools speak of. */
export interface Places {
  /** A path as a tool wrote it, told relative to the root; undefined when it lies outside. */
  relative(path: string): string | undefined
  /** The same for a file that is there, and undefined otherwise. Each path is looked up once. */
  locate(path: string): Promise<string | undefined>
}

/** Relative paths count from `cwd`. Absolute ones may name the root as it was given or with its links resolved. */
export async function createPlaces(files: Files, root: string, cwd: string): Promise<Places> {
  const tops = [...new Set([resolve(root), (await files.real(root)) ?? resolve(root)])]
  const found = new Map<string, Promise<string | undefined>>()
  const tell = (path: string): string | undefined => {
    const absolute = resolve(cwd, withoutScheme(path))
    return tops.map((top) => inside(top, absolute)).find((told) => told !== undefined)
  }
  const look = async (path: string): Promise<string | undefined> => {
    for (const told of [tell(path), tell(resolve(root, withoutScheme(path)))]) {
      if (told !== undefined && (await isFile(files, join(root, told)))) return told
    }
    return undefined
  }
  return {
    relative: tell,
    locate: (path) => {
      const known = found.get(path) ?? look(path)
      found.set(path, known)
      return known
    },
  }
}

function withoutScheme(path: string): string {
  return path.startsWith('file://') ? path.slice('file://'.length) : path
}

function inside(top: string, path: string): string | undefined {
  const told = relative(top, path)
  if (told === '' || told === '..' || told.startsWith(`..${sep}`) || isAbsolute(told)) return undefined
  return told.split(sep).join('/')
}

async function isFile(files: Files, path: string): Promise<boolean> {
  if (path.includes('\0')) return false
  const kind = (await files.stat(path))?.kind
  return kind === 'file' || kind === 'link'
}
