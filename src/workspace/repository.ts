import { join } from 'node:path'
import { type Files, type Git, type GitAnswer, PortError, type Ports, type Repository } from '../base/ports.ts'
import { type Identity, findIdentity } from './identity.ts'
import { userIgnores } from './ignore.ts'

/**
 * A git folder of our own, with configuration that we wrote, over the object store of the user's repository.
 * Commits made with it are real objects of that repository, while its refs, index, configuration and hooks stay out of reach.
 */
export interface TrustedRepository {
  readonly user: Repository
  readonly folder: string
  readonly objects: string
  /** What is asked of the user's configuration, while the first files are being laid already. */
  readonly manners: Promise<Manners>
  /** Runs git without a work tree; a failure is a `PortError` with code `EGIT`. */
  ask(args: readonly string[], options?: CallOptions): Promise<Buffer>
  /** The same where a failure says something. */
  tryAsk(args: readonly string[], options?: CallOptions): Promise<GitAnswer>
}

/** How the user's repository does things, as far as we follow it. */
export interface Manners {
  readonly identity: Identity
  /** Text of `info/exclude`: what the user's own git ignores beside the tree's rules, and paths that are never collected. */
  readonly ignores: string
  /** Contents of the `shallow` file; undefined for a whole clone. */
  readonly shallow: string | undefined
}

export interface CallOptions {
  readonly tree?: string
  readonly index?: string
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

export interface RepositorySettings {
  readonly folder: string
  readonly user: Repository
  /** Patterns of paths that are never collected. */
  readonly ignored: readonly string[]
}

/** Configuration of ours alone: neither the system's nor the user's is read. */
export const NO_CONFIGURATION = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

/** Files are laid and read byte for byte, whatever `.gitattributes` asks for. */
export const PLAIN_ATTRIBUTES = '* !text !eol !crlf !filter !ident !working-tree-encoding !merge !diff\n'

/** Makes the git folder, which must not exist yet. */
export async function createRepository(ports: Pick<Ports, 'files' | 'git'>, settings: RepositorySettings): Promise<TrustedRepository> {
  const { files, git } = ports
  const { folder, user } = settings
  await Promise.all(['refs', 'objects', 'info'].map((name) => files.makeFolder(join(folder, name))))
  await Promise.all([
    files.write(join(folder, 'HEAD'), 'ref: refs/heads/none\n'),
    files.write(join(folder, 'config'), configuration(user)),
    files.write(join(folder, 'info', 'attributes'), PLAIN_ATTRIBUTES),
  ])
  const manners = learnManners(ports, settings)
  // Whoever needs them meets the failure; until then it must not count as unhandled.
  manners.catch(() => undefined)
  const objects = join(user.commonDir, 'objects')
  const tryAsk = asker(git, folder, objects)
  return { user, folder, objects, manners, tryAsk, ask: async (args, options) => succeeded(await tryAsk(args, options), args) }
}

async function learnManners(ports: Pick<Ports, 'files' | 'git'>, { folder, user, ignored }: RepositorySettings): Promise<Manners> {
  const { files, git } = ports
  const [identity, rules, shallow] = await Promise.all([findIdentity(git, user), userIgnores(ports, user), readShallow(files, user)])
  const ignores = [rules, ...ignored, ''].join('\n')
  await files.write(join(folder, 'info', 'exclude'), ignores)
  if (shallow !== undefined) await files.write(join(folder, 'shallow'), shallow)
  return { identity, ignores, shallow }
}

function asker(git: Git, folder: string, objects: string): TrustedRepository['tryAsk'] {
  const fixed = { ...NO_CONFIGURATION, GIT_DIR: folder, GIT_OBJECT_DIRECTORY: objects }
  return (args, options = {}) =>
    git.run({
      args,
      cwd: options.tree ?? folder,
      env: {
        ...fixed,
        ...(options.tree === undefined ? {} : { GIT_WORK_TREE: options.tree }),
        ...(options.index === undefined ? {} : { GIT_INDEX_FILE: options.index }),
        ...options.env,
      },
      ...(options.input === undefined ? {} : { input: options.input }),
    })
}

/** The output, or a `PortError` with what git said. */
export function succeeded(answer: GitAnswer, args: readonly string[]): Buffer {
  if (answer.exitCode === 0) return answer.stdout
  const said = answer.stderr.trim().split('\n').at(-1) ?? ''
  const command = `git ${args[0] ?? ''}`
  throw new PortError('EGIT', command, `\`${command}\` failed: ${said === '' ? `exit code ${answer.exitCode}` : said}`)
}

async function readShallow(files: Files, user: Repository): Promise<string | undefined> {
  const path = join(user.commonDir, 'shallow')
  return (await files.stat(path)) === undefined ? undefined : files.read(path)
}

function configuration(user: Repository): string {
  const sha256 = user.objectFormat === 'sha256'
  return `[core]
	repositoryFormatVersion = ${sha256 ? 1 : 0}
	bare = true
	fileMode = true
	symlinks = true
	ignoreCase = false
	autocrlf = false
	hooksPath = /dev/null
	fsmonitor = false
	untrackedCache = false
	splitIndex = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	quotePath = false
	trustctime = true
	fsync = committed
	logAllRefUpdates = false
[index]
	version = 2
[checkout]
	workers = 0
[gc]
	auto = 0
[maintenance]
	auto = false
[commit]
	gpgSign = false
[merge]
	directoryRenames = false
[submodule]
	recurse = false
[protocol]
	allow = never
${sha256 ? '[extensions]\n\tobjectFormat = sha256\n' : ''}`
}
