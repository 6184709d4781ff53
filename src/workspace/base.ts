import { join } from 'node:path'
import { PortError, type Ports, type Repository } from '../base/ports.ts'
import { type Result, err, ok } from '../base/result.ts'
import { joinZero, splitZero } from './bytes.ts'
import { findIdentity, signed } from './identity.ts'
import { exactPattern } from './ignore.ts'
import { pinCommit } from './pin.ts'
import { below, realPlace } from './place.ts'
import { succeeded } from './repository.ts'
import { plainText, shown } from './shown.ts'

/** What a run starts from. */
export interface Base {
  readonly repository: Repository
  readonly commit: string
  readonly branch: string | null
  /** Whether the checkout differs from its HEAD, untracked files included. */
  readonly dirty: boolean
}

export interface BaseFailure {
  readonly code: 'no-git' | 'git-too-old' | 'no-repository' | 'no-commits' | 'unknown-base' | 'git-failed'
  readonly message: string
  readonly help: string
}

export interface BaseSettings {
  readonly run: string
  readonly stateDir: string
  /** The folder that the program was started in. */
  readonly checkout: string
  /** `HEAD`, `working-tree` or any ref. */
  readonly base: string
}

type BasePorts = Pick<Ports, 'files' | 'git' | 'clock'>

/** `git merge-tree --write-tree` came with it. */
const OLDEST = [2, 38] as const

/**
 * Finds the commit that the worktrees of a run start from. `working-tree` is a new commit of what lies in the checkout, ignored
 * files aside, pinned for the run; the checkout and its index stay as they are.
 */
export async function resolveBase(ports: BasePorts, settings: BaseSettings): Promise<Result<Base, BaseFailure>> {
  try {
    return await resolve(ports, settings)
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return failure('git-failed', plainText(error.message), 'run `git status` in the folder and mend what it says')
  }
}

async function resolve(ports: BasePorts, settings: BaseSettings): Promise<Result<Base, BaseFailure>> {
  const version = await ports.git.version()
  if (version === undefined) return failure('no-git', 'git was not found on the PATH', 'install git 2.38 or newer')
  if (isTooOld(version)) {
    return failure('git-too-old', `git ${plainText(version)} is too old, worktrees need 2.38 or newer`, 'install a newer git')
  }
  const repository = await ports.git.inspect(settings.checkout)
  if (repository === undefined) {
    return failure('no-repository', `${shown(settings.checkout)} is in no git repository`, 'run `git init`, and commit')
  }
  if (repository.head === undefined) return failure('no-commits', 'the git repository has no commit yet', 'make a first commit')
  const [dirty, commit] = await Promise.all([
    isDirty(ports, settings, repository),
    findCommit(ports, settings, repository, repository.head),
  ])
  if (commit === undefined) {
    const help = 'use `HEAD`, `working-tree`, or a branch, tag or commit that exists here'
    return failure('unknown-base', `the base ${shown(settings.base)} names no commit of this repository`, help)
  }
  return ok({ repository, commit, branch: repository.branch ?? null, dirty })
}

function failure(code: BaseFailure['code'], message: string, help: string): { readonly ok: false; readonly error: BaseFailure } {
  return err({ code, message, help })
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
}

async function isDirty(ports: BasePorts, settings: BaseSettings, user: Repository): Promise<boolean> {
  const inside = below(user.root, await realPlace(ports.files, settings.stateDir))
  const paths = inside === undefined ? [] : ['--', '.', `:(top,exclude,literal)${inside}`]
  const args = ['status', '--porcelain=v2', '-z', '--untracked-files=normal', '--ignore-submodules=all', '--no-renames', ...paths]
  return (await askUser(ports, user, args)).length > 0
}

async function findCommit(ports: BasePorts, settings: BaseSettings, user: Repository, head: string): Promise<string | undefined> {
  if (settings.base === 'HEAD') return head
  if (settings.base === 'working-tree') return commitCheckout(ports, settings, user, head)
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${settings.base}^{commit}`]
  const answer = await ports.git.run({ args, cwd: user.root, env: userPlace(user) })
  return answer.exitCode === 0 ? answer.stdout.toString('latin1').trim() : undefined
}

/** With the user's own configuration: large files and line ends must become what a commit by the user would hold. */
async function commitCheckout(ports: BasePorts, settings: BaseSettings, user: Repository, head: string): Promise<string> {
  const { files, git } = ports
  const folder = join(settings.stateDir, 'worktrees', settings.run)
  const index = join(folder, 'base-index')
  const inside = below(user.root, await realPlace(ports.files, settings.stateDir))
  const excluded = inside === undefined ? [] : ['-x', exactPattern(inside)]
  await files.makeFolder(folder)
  try {
    const listed = splitZero(await askUser(ports, user, ['ls-files', '-m', '-d', '-o', '--exclude-standard', ...excluded, '-z']))
    const paths = [...new Set(listed)].filter((path) => !path.endsWith('/'))
    const staged = await askUser(ports, user, ['ls-files', '-s', '-z'])
    const ask = (args: readonly string[], input?: Buffer) => askUser(ports, user, args, { GIT_INDEX_FILE: index }, input)
    // Without the facts of the files, so that each listed one is read whatever its time and size.
    await ask(['update-index', '-z', '--index-info'], staged)
    if (paths.length > 0) await ask(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], joinZero(paths))
    const tree = (await ask(['write-tree'])).toString('latin1').trim()
    if (tree === (await ask(['rev-parse', `${head}^{tree}`])).toString('latin1').trim()) return head
    const env = signed(await findIdentity(git, user), ports.clock.now() / 1000)
    const args = ['commit-tree', tree, '-p', head, '-F', '-']
    const commit = (await askUser(ports, user, args, env, Buffer.from('The working tree as the run found it\n'))).toString('latin1').trim()
    await pinCommit(ports, user, settings.run, '*working-tree', commit)
    return commit
  } finally {
    await files.remove(index)
  }
}

async function askUser(
  { git }: BasePorts,
  user: Repository,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: Buffer,
): Promise<Buffer> {
  const options = ['-c', 'core.splitIndex=false', '-c', 'core.untrackedCache=false', '-c', 'commit.gpgSign=false']
  const place = { ...userPlace(user), ...env }
  const call = { args: [...options, ...args], cwd: user.root, env: place, ...(input === undefined ? {} : { input }) }
  return succeeded(await git.run(call), args)
}

function userPlace(user: Repository): Record<string, string> {
  return { GIT_DIR: user.gitDir, GIT_WORK_TREE: user.root }
}
