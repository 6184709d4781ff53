import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import type { Files, Git, Repository } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'

/** Every file of a checkout with an id of its content: that of git where there is one. */
export type Listing = ReadonlyMap<string, string>

export interface Checkout {
  /** Undefined outside of a repository: then every file below `root` counts. */
  readonly repository: Repository | undefined
  readonly root: string
  /** Where runs are kept; what lies there does not count. */
  readonly stateDir: string
  /** Paths that do not count either: of the pipelines it counts what a step makes of them. */
  readonly without: readonly string[]
}

type ListingPorts = { readonly files: Pick<Files, 'list' | 'stat' | 'readBytes' | 'readLink'>; readonly git: Pick<Git, 'run'> }

/** A larger file is known by its size and time alone: reading it would cost more than most steps. */
const LARGEST_READ = 64 * 1024 * 1024

/** A folder with more files than this is no place to look through for every run. */
const MOST_FILES = 50_000

/**
 * Looks at the files of a checkout as they are now: in a repository at those that are tracked, changed or not, and those that are
 * neither tracked nor ignored. Undefined where there is no repository and too many files.
 */
export function createLook(ports: ListingPorts, checkout: Checkout): () => Promise<Listing | undefined> {
  const { repository } = checkout
  if (!repository) return async () => listFolder(ports, checkout)
  const tracked = createTracked(ports, checkout, repository)
  return async () => listRepository(ports, checkout, repository, await tracked())
}

/** What the index holds, read again only when it was written. */
function createTracked(ports: ListingPorts, { root }: Checkout, user: Repository): () => Promise<Listing> {
  let known: { readonly stamp: string; readonly listing: Listing } | undefined
  return async () => {
    const stat = await ports.files.stat(join(user.gitDir, 'index'))
    const stamp = `${stat?.modifiedMs ?? 0} ${stat?.size ?? 0}`
    if (known?.stamp === stamp) return known.listing
    const lines = await ask(ports, root, user, ['ls-files', '-s', '-z'])
    const listing = new Map<string, string>(lines.map((line) => {
      const [mode = '', id = ''] = line.split(' ', 2)
      return [line.slice(line.indexOf('\t') + 1), `${mode} ${id}`]
    }))
    known = { stamp, listing }
    return listing
  }
}

async function listRepository(ports: ListingPorts, { root, stateDir, without }: Checkout, user: Repository, tracked: Listing): Promise<Listing> {
  const listing = new Map(tracked)
  const changes = await ask(ports, root, user, ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'])
  const own = `${relative(root, stateDir)}/`
  for (const path of changes.flatMap(changedPath)) {
    const id = path.startsWith(own) ? undefined : await idOf(ports, join(root, path), user.objectFormat)
    if (id === undefined) listing.delete(path)
    else listing.set(path, id)
  }
  for (const path of without) listing.delete(path)
  return listing
}

/** The path of a line of `git status` whose file is not as the index has it. */
function changedPath(line: string): string[] {
  if (line.startsWith('? ')) return [line.slice(2)]
  const [kind, state = ''] = line.split(' ', 2)
  const fields = kind === '1' ? 8 : kind === 'u' ? 10 : 0
  if (fields === 0 || state.endsWith('.')) return []
  return [line.split(' ').slice(fields).join(' ')]
}

async function ask(ports: ListingPorts, root: string, user: Repository, args: readonly string[]): Promise<string[]> {
  const answer = await ports.git.run({ args, cwd: root, env: { GIT_DIR: user.gitDir, GIT_WORK_TREE: root, GIT_OPTIONAL_LOCKS: '0' } })
  if (answer.exitCode !== 0) throw new PortError('EGIT', `git ${args[0] ?? ''}`, answer.stderr.trim())
  return answer.stdout.toString('utf8').split('\0').slice(0, -1)
}

async function listFolder(ports: ListingPorts, { root, stateDir, without }: Checkout): Promise<Listing | undefined> {
  const listing = new Map<string, string>()
  const open = ['']
  for (const below of open) {
    for (const { name, kind } of await ports.files.list(join(root, below))) {
      const path = below === '' ? name : `${below}/${name}`
      if (name === '.git' || join(root, path) === stateDir) continue
      if (kind === 'folder') open.push(path)
      const id = kind === 'folder' ? undefined : await idOf(ports, join(root, path), 'sha1')
      if (id !== undefined) listing.set(path, id)
      if (listing.size > MOST_FILES) return undefined
    }
  }
  for (const path of without) listing.delete(path)
  return listing
}

/** Mode and content as git would name them; undefined for what is gone, and for what git could not hold. */
async function idOf({ files }: ListingPorts, path: string, algorithm: string): Promise<string | undefined> {
  const stat = await files.stat(path)
  if (stat?.kind === 'link') return `120000 ${blobId(Buffer.from((await files.readLink(path)) ?? ''), algorithm)}`
  if (stat?.kind !== 'file') return undefined
  const mode = (stat.mode & 0o100) === 0 ? '100644' : '100755'
  if (stat.size > LARGEST_READ) return `${mode} large ${stat.size} ${stat.modifiedMs}`
  return `${mode} ${blobId(await files.readBytes(path), algorithm)}`
}

function blobId(content: Buffer, algorithm: string): string {
  return createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex')
}
