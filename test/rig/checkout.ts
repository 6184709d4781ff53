import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Every file, link, folder and mode below a folder with a digest of its content; the state folder, git's objects and our refs aside. */
export function everything(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below)).toSorted().flatMap((name) => {
    const path = join(below, name)
    if (path === '.orch-run' || path === join('.git', 'objects') || path === join('.git', 'refs', 'orch-run')) return []
    const stat = lstatSync(join(folder, path))
    if (stat.isDirectory()) return [`${path}/ ${stat.mode}`, ...everything(folder, path)]
    if (!stat.isFile() && !stat.isSymbolicLink()) return [`${path} ${stat.mode} special`]
    const content = stat.isSymbolicLink() ? readlinkSync(join(folder, path)) : createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')
    return [`${path} ${stat.mode} ${content}`]
  })
}
