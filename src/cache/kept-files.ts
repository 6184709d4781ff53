import { createHash } from 'node:crypto'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Files } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import type { KeptFile } from './entry.ts'

/** Contents below the folder of the cache, each once, by their digest. */
export interface KeptFiles {
  /** Keeps files of a folder, named relative to it, of folders all that is in them. */
  keep(folder: string, paths: readonly string[]): Promise<KeptFile[]>
  /** Writes kept files into a folder where they are not there already; false when one of them is not as it was kept. */
  restore(folder: string, kept: readonly KeptFile[]): Promise<boolean>
}

/** `folder`: that of the cache. */
export function createKeptFiles(files: Files, folder: string): KeptFiles {
  return {
    async keep(from, paths) {
      const kept: KeptFile[] = []
      const open = [...paths]
      for (const path of open) {
        const stat = await files.stat(join(from, path))
        if (stat?.kind === 'folder') open.push(...(await files.list(join(from, path))).map(({ name }) => join(path, name)))
        else kept.push(...(await keepOne(files, folder, from, path)))
      }
      return kept
    },
    async restore(to, kept) {
      if (!kept.every(isSafe)) return false
      const missing: KeptFile[] = []
      for (const one of kept) if (!(await isThere(files, join(to, one.path), one))) missing.push(one)
      // All contents are looked at before the first is written: half of a result is none.
      const contents: Buffer[] = []
      for (const one of missing) {
        const content = 'link' in one ? Buffer.alloc(0) : await contentOf(files, folder, one.sha256)
        if (content === undefined) return false
        contents.push(content)
      }
      for (const [index, one] of missing.entries()) await writeOne(files, join(to, one.path), one, contents[index] ?? Buffer.alloc(0))
      return true
    },
  }
}

export function contentPath(folder: string, sha256: string): string {
  return join(folder, 'files', sha256.slice(0, 2), sha256)
}

async function keepOne(files: Files, folder: string, from: string, path: string): Promise<KeptFile[]> {
  const stat = await files.stat(join(from, path))
  if (stat?.kind === 'link') return [{ path, link: await files.readLink(join(from, path)) }]
  if (stat?.kind !== 'file') return []
  const content = await files.readBytes(join(from, path))
  const sha256 = digestOf(content)
  const place = contentPath(folder, sha256)
  if ((await files.stat(place))?.size !== content.length) {
    await files.makeFolder(dirname(place), 0o700)
    // Two runs may keep the same content at once: whoever is last puts the same in place of it.
    const draft = `${place}.${digestOf(Buffer.from(from)).slice(0, 8)}`
    await files.write(draft, content, 0o600)
    await files.rename(draft, place)
  }
  return [{ path, sha256, mode: stat.mode & 0o777, bytes: content.length }]
}

async function isThere(files: Files, path: string, one: KeptFile): Promise<boolean> {
  const stat = await files.stat(path)
  if ('link' in one) return stat?.kind === 'link' && (await files.readLink(path)) === one.link
  return stat?.kind === 'file' && stat.size === one.bytes && digestOf(await files.readBytes(path)) === one.sha256
}

/** Undefined where it is gone, or is not what its name says. */
async function contentOf(files: Files, folder: string, sha256: string): Promise<Buffer | undefined> {
  try {
    const content = await files.readBytes(contentPath(folder, sha256))
    return digestOf(content) === sha256 ? content : undefined
  } catch (error) {
    if (error instanceof PortError) return undefined
    throw error
  }
}

async function writeOne(files: Files, path: string, one: KeptFile, content: Buffer): Promise<void> {
  await files.makeFolder(dirname(path))
  await files.remove(path)
  if ('link' in one) await files.link(one.link, path)
  else await files.write(path, content, one.mode)
}

/** Inside of the folder, whoever wrote the list; a link may lead nowhere else. */
function isSafe(one: KeptFile): boolean {
  const inside = (path: string): boolean => !isAbsolute(path) && !path.includes('\0') && !normalize(path).startsWith('..')
  return inside(one.path) && (!('link' in one) || (!isAbsolute(one.link) && inside(join(dirname(one.path), one.link))))
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
