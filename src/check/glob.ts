import { join } from 'node:path'
import type { Entry, Files } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'

/** `**` does not look into these; a glob that names one does. */
const SKIPPED = new Set(['node_modules', '.git', '.orch-run'])

const MOST_CHOICES = 64

/** A folder tree with more entries is given up, rather than walked for minutes. */
const MOST_ENTRIES = 200_000

/**
 * The files below a folder that a glob fits, sorted, relative to it: `*` and `?` within a name, `**` over folders, `{a,b}` for
 * alternatives. Links are not followed, and nothing outside the folder is found.
 */
export async function findFiles(files: Files, folder: string, glob: string): Promise<string[]> {
  const walk: Walk = { files, folder, found: new Set(), left: MOST_ENTRIES }
  for (const one of alternatives(glob)) {
    const parts = one.split('/').filter((part) => part !== '' && part !== '.')
    // No folder lists `..`, so it matches nothing.
    if (!one.startsWith('/')) await visit(walk, '', parts)
  }
  return [...walk.found].sort()
}

interface Walk {
  readonly files: Files
  readonly folder: string
  readonly found: Set<string>
  left: number
}

async function visit(walk: Walk, below: string, parts: readonly string[]): Promise<void> {
  const [part, ...rest] = parts
  if (part === undefined) return
  if (part === '**') {
    await visit(walk, below, rest.length === 0 ? ['*'] : rest)
    const folders = (await entriesOf(walk, below)).filter((entry) => entry.kind === 'folder' && !SKIPPED.has(entry.name))
    for (const { name } of folders) await visit(walk, `${below}${name}/`, parts)
    return
  }
  const fits = nameFilter(part)
  const kind = rest.length === 0 ? 'file' : 'folder'
  const matching = (await entriesOf(walk, below)).filter((entry) => entry.kind === kind && fits(entry.name))
  for (const { name } of matching) {
    if (kind === 'file') walk.found.add(below + name)
    else await visit(walk, `${below}${name}/`, rest)
  }
}

async function entriesOf(walk: Walk, below: string): Promise<Entry[]> {
  if (walk.left <= 0) return []
  try {
    const entries = await walk.files.list(join(walk.folder, below))
    walk.left -= entries.length
    return entries
  } catch (error) {
    if (error instanceof PortError) return []
    throw error
  }
}

function nameFilter(part: string): (name: string) => boolean {
  const source = part.replace(/[\\^$.+()[\]{}|]/g, '\\$&').replace(/\*+/g, '.*').replaceAll('?', '.')
  const form = new RegExp(`^${source}$`, 's')
  return (name) => form.test(name)
}

/** Each of the globs that `{a,b}` stands for. */
function alternatives(glob: string): string[] {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(glob)
  if (!found) return [glob]
  const before = glob.slice(0, found.index)
  const after = glob.slice(found.index + found[0].length)
  return (found[1] ?? '').split(',', MOST_CHOICES).flatMap((choice) => alternatives(`${before}${choice}${after}`).slice(0, MOST_CHOICES))
}
