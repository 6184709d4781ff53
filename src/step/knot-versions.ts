import { dirname, join } from 'node:path'
import type { Files } from '../base/ports.ts'
import type { Knot, KnotFile } from '../workspace/workspace.ts'

const NAME = '.orch-merge'
const MOST_FILES = 500

/** Lays the versions of the files in question into a folder of the worktree; the answer is its name. Nothing of the tree has it. */
export async function layVersions(files: Files, root: string, knot: Knot): Promise<string> {
  let name = NAME
  for (let number = 1; (await files.stat(join(root, name))) !== undefined; number += 1) name = `${NAME}-${number}`
  const folder = join(root, name)
  for (const file of knot.files.slice(0, MOST_FILES)) {
    const path = join(folder, file.side, file.path)
    await files.makeFolder(dirname(path))
    await files.write(path, file.content)
  }
  return name
}

export async function removeVersions(files: Files, root: string, name: string): Promise<void> {
  await files.remove(join(root, name))
}

/** The files of a result in which a marker stands that none of the versions has, and those that lie beside their place still. */
export function leftOver(knot: Knot, contentOf: (path: string) => string | undefined): string[] {
  const marked = [...new Set(knot.files.flatMap(({ path, hasMarkers }) => (hasMarkers ? [path] : [])))]
  const withMarkers = marked.filter((path) => {
    const known = new Set(knot.files.filter((file) => file.path === path).flatMap(linesOf))
    return (contentOf(path) ?? '').split('\n').some((line) => MARKER.test(line) && !known.has(line))
  })
  return [...withMarkers, ...knot.aside.filter((path) => contentOf(path) !== undefined)]
}

/** A line of equal signs alone may be a heading. */
const MARKER = /^(<{7}|\|{7}|>{7})( |\r?$)/

function linesOf({ content }: KnotFile): string[] {
  return content.toString('utf8').split('\n')
}
