import { createHash } from 'node:crypto'
import { isAbsolute, join, normalize } from 'node:path'
import type { Owner, Ports, Repository } from '../base/ports.ts'
import { type Result, err, ok } from '../base/result.ts'
import { readPaths } from './blobs.ts'
import type { Leaks } from './bounds.ts'
import { publishBranch } from './branch.ts'
import { splitZero, toRaw } from './bytes.ts'
import { clearFolder } from './clear.ts'
import { snapshot } from './collect.ts'
import { commitTree } from './commit.ts'
import { failing, failingValue, gitFailed } from './failing.ts'
import { type Guard, createGuard } from './guard.ts'
import { exactPattern } from './ignore.ts'
import { changedPaths, mergeAll, sealMerge } from './merge.ts'
import { pinCommit } from './pin.ts'
import { below, realPlace } from './place.ts'
import { type Presence, createPresence } from './presence.ts'
import { type Pool, createPool } from './pool.ts'
import { objectFolders } from './objects.ts'
import { createRepository } from './repository.ts'
import { restoreTree } from './restore.ts'
import { allSettled } from './settled.ts'
import { type Shares, makeInside, share } from './share.ts'
import { shown } from './shown.ts'
import type { Slot, SlotPorts } from './slot.ts'
import { writeTenantGit } from './tenant.ts'
import type { Collected, CommitText, Workspace, WorkspaceFailure, Workspaces } from './workspace.ts'

export interface WorkspacesSettings {
  readonly run: string
  readonly stateDir: string
  /** The folder that the program was started in, somewhere in the repository's checkout. */
  readonly checkout: string
  readonly repository: Repository
  /** The commit that a worktree without needed changes is laid from. */
  readonly base: string
  /**
   * Paths relative to `checkout` that every worktree sees too, as links and as copies. One that is missing there, or that the
   * commit itself holds, is left out silently. Neither is ever collected.
   */
  readonly link: readonly string[]
  readonly copy: readonly string[]
  /** What no change may hold; left out: nothing is a secret. */
  readonly leaks?: Leaks
  /** The folder below `<stateDir>/worktrees` where they lie; left out: the run's id. No two may share one. */
  readonly folder?: string
  /** Of all steps of the run; left out: none works in the checkout. */
  readonly presence?: Presence
}

type WorkspacesPorts = Pick<Ports, 'files' | 'git' | 'clock'>

/** What exists from the first worktree on. */
interface Started extends SlotPorts {
  readonly pool: Pool
  readonly guard: Guard
}

/**
 * The worktrees of one run, below `<stateDir>/worktrees/<run>`. Nothing is made before the first is asked for. `trespasses`
 * compares with the checkout as it was then, and later with the look before.
 */
export async function openWorkspaces(ports: WorkspacesPorts, settings: WorkspacesSettings): Promise<Result<Workspaces, WorkspaceFailure>> {
  const top = settings.repository.root
  const prefix = below(top, await realPlace(ports.files, settings.checkout)) ?? ''
  const stateDir = await realPlace(ports.files, settings.stateDir)
  const outside = [...settings.link, ...settings.copy].filter((path) => topPath(prefix, path) === undefined)
  const [first] = outside
  if (first !== undefined) return err({ code: 'refused', message: `${shown(first)} lies outside of the repository`, files: outside })
  const shares = { link: topPaths(prefix, settings.link), copy: topPaths(prefix, settings.copy) }
  return ok(createWorkspaces(ports, { ...settings, presence: settings.presence ?? createPresence(), stateDir, prefix, shares }))
}

interface Opened extends WorkspacesSettings {
  readonly presence: Presence
  readonly prefix: string
  readonly shares: Shares
}

function createWorkspaces(ports: WorkspacesPorts, opened: Opened): Workspaces {
  const { files, git, clock } = ports
  const folder = join(opened.stateDir, 'worktrees', opened.folder ?? opened.run)
  const unshared = [...opened.shares.link, ...opened.shares.copy]
  const rented = new Map<string, Slot>()
  const lent = new Map<string, Owner>()
  let starting: Promise<Started> | undefined
  const started = (): Promise<Started> => {
    starting ??= start(ports, opened, folder, unshared).catch((error: unknown) => {
      starting = undefined
      throw error
    })
    return starting
  }
  const withSlot = <T>(workspace: Workspace, act: (own: Started, slot: Slot) => Promise<Result<T, WorkspaceFailure>>) =>
    failing(async () => {
      const slot = rented.get(workspace.root)
      return slot === undefined ? gitFailed(`${shown(workspace.root)} is no worktree of this run`) : act(await started(), slot)
    })
  return {
    acquire: (commits) => failing(async () => {
      const own = await started()
      const merged = await mergeAll(own, opened.base, { sides: commits.map((commit) => ({ commit, name: commit.slice(0, 12) })), policy: 'fail' })
      if (!merged.ok) return merged
      const [slot] = await allSettled([own.pool.take(merged.value.commit), own.guard.begin()])
      rented.set(slot.tree, slot)
      return ok(await furnish(own, slot, opened))
    }),
    merge: (order) => failing(async () => mergeAll(await started(), opened.base, order)),
    seal: (tree, commits, text) => failingValue(async () => sealMerge((await started()).repository, tree, commits, text)),
    changes: async (from, to) => changedPaths((await started()).repository, from, to),
    contents: async (tree, paths) => readPaths((await started()).repository, tree, paths),
    collect: (workspace, text) => withSlot(workspace, async (own, slot) => collect(own, slot, unshared, opened.leaks ?? (() => false), text, clock.now() / 1000)),
    restore: (workspace, tree) => withSlot(workspace, async (own, slot) => failingValue(async () => {
      await restoreTree(own, slot, tree, unshared)
      const tenant = lent.get(slot.tree)
      if (tenant) await files.own(slot.tree, tenant, 'tree')
    })),
    lend: (workspace, tenant) => withSlot(workspace, async (own, slot) => failingValue(() => lend(own, slot, lent, tenant))),
    treeOf: async (commit) => (await (await started()).repository.ask(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`])).toString('latin1').trim(),
    publish: (branch, commit) => failing(async () => {
      opened.presence.published(`refs/heads/${branch}`, commit)
      return publishBranch(git, opened.repository, branch, commit)
    }),
    async patch(from, to, form = 'readable') {
      const args = ['diff-tree', '-r', '-p', ...PATCH_FORMS[form], '--no-ext-diff', '--no-textconv', '--no-color', from, to]
      return (await (await started()).repository.ask(args)).toString('utf8')
    },
    async digest(commit, without) {
      const lines = splitZero(await (await started()).repository.ask(['ls-tree', '-r', '-z', commit]))
      const counted = lines.filter((line) => !without.some((path) => line.endsWith(`\t${toRaw(path)}`)))
      return createHash('sha256').update(counted.join('\0')).digest('hex')
    },
    commit: async (tree, parent, text) => commitTree((await started()).repository, tree, parent, text, clock.now() / 1000),
    async release(workspace) {
      const slot = rented.get(workspace.root)
      if (slot === undefined || !rented.delete(workspace.root)) return
      if (lent.delete(slot.tree)) await files.own(slot.tree, ROOT, 'tree')
      ;(await started()).pool.give(slot)
    },
    trespasses: async () => (starting === undefined ? [] : (await starting).guard.changes()),
    pin: (name, commit) => pinCommit({ files, git }, opened.repository, opened.run, name, commit),
    async close() {
      const own = await starting?.catch(() => undefined)
      await own?.repository.manners.catch(() => undefined)
      await clearFolder(files, folder)
    },
  }
}

/** What a dead process of the same run left is removed first. */
async function start(ports: WorkspacesPorts, opened: Opened, folder: string, unshared: readonly string[]): Promise<Started> {
  const { files } = ports
  await clearFolder(files, folder)
  const settings = { folder: join(folder, 'repository'), user: opened.repository, ignored: unshared.map(exactPattern) }
  const own = { files, repository: await createRepository(ports, settings) }
  return { ...own, pool: createPool(own, folder), guard: createGuard(own, opened.stateDir, opened.presence) }
}

/** What a tenant finds beside the files of the commit. */
async function furnish(own: Started, slot: Slot, { repository, prefix, shares }: Opened): Promise<Workspace> {
  const { files } = own
  await allSettled([writeTenantGit(own, slot), share(files, repository.root, slot.tree, shares)])
  const reachable = await makeInside(files, slot.tree, prefix)
  const sources = [...(await objectFolders(files, own.repository.objects)), ...shares.link.map((path) => join(repository.root, path))]
  return { root: slot.tree, cwd: reachable ? join(slot.tree, prefix) : slot.tree, base: slot.commit, sources }
}

const PATCH_FORMS = { readable: ['-M'], whole: ['--binary', '--full-index', '--no-renames'], added: ['--text', '--no-renames', '--unified=0'] } as const

/** Only root can give away what it owns. */
const ROOT: Owner = { uid: 0, gid: 0 }

/** What another owner changes of the files' facts is recorded, or each of them would have to be read again when they are collected. */
async function lend({ files, repository }: Started, slot: Slot, lent: Map<string, Owner>, tenant: Owner): Promise<void> {
  const isFirst = !lent.has(slot.tree)
  lent.set(slot.tree, tenant)
  await files.own(slot.tree, tenant, 'tree')
  if (isFirst) await repository.tryAsk(['update-index', '-q', '--refresh'], { tree: slot.tree, index: slot.index })
}

async function collect(
  own: Started,
  slot: Slot,
  unshared: readonly string[],
  leaks: Leaks,
  text: CommitText,
  seconds: number,
): Promise<Result<Collected, WorkspaceFailure>> {
  const found = await snapshot(own, slot, unshared, leaks)
  if (!found.ok) return found
  const { tree, files } = found.value
  return ok({ tree, files, commit: files.length === 0 ? null : await commitTree(own.repository, tree, slot.commit, text, seconds) })
}

function topPaths(prefix: string, paths: readonly string[]): string[] {
  return paths.map((path) => topPath(prefix, path)).filter((path) => path !== undefined)
}

/** Relative to the repository's top; undefined for what leaves it or is git's own. */
function topPath(prefix: string, path: string): string | undefined {
  if (isAbsolute(path) || path.includes('\0')) return undefined
  const whole = normalize(join(prefix, path)).replace(/\/+$/, '')
  const parts = whole.split('/')
  return whole === '' || whole === '.' || parts[0] === '..' || parts.some((part) => part.toLowerCase() === '.git') ? undefined : whole
}
