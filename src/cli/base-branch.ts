import { isAbsolute, relative, sep } from 'node:path'
import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { PortError } from '../base/ports.ts'
import type { Files, Git, Ports } from '../base/ports.ts'
import { EXIT } from './exit-code.ts'
import { Stop } from './stop.ts'

/**
 * Where the pipeline and the files that it names are read: on a pull request, or on what happens about one, from the base, whatever the
 * checkout holds, since whoever opened it wrote that; everywhere else from the checkout. Throws `Stop` where the base cannot be had.
 */
export async function pipelineFiles(ports: Ports, cwd: string, github: JsonObject): Promise<Files> {
  const commit = baseOf(github)
  if (commit === undefined) return ports.files
  const repository = await ports.git.inspect(cwd)
  if (!repository) throw new Stop(EXIT.notReady, 'the run was set off by a pull request, and here is no git repository to read its base from', 'check the repository out first')
  await bringHere(ports.git, repository.root, commit)
  return filesAt(ports, repository.root, commit)
}

/**
 * The commit that nobody outside wrote. A comment on a pull request and a run after another workflow happen on the default branch, which
 * is the job's own commit, but their jobs often check out the head that they are about; a trusted comment makes no trusted head of it.
 */
function baseOf({ event, event_name: name, sha }: JsonObject): string | undefined {
  if (!isObject(event)) return undefined
  const pull = event.pull_request
  if (isObject(pull)) return isObject(pull.base) ? commitIn(pull.base.sha) : undefined
  const isAboutHead = name === 'workflow_run' || (name === 'issue_comment' && isObject(event.issue) && isObject(event.issue.pull_request))
  return isAboutHead ? commitIn(sha) : undefined
}

function commitIn(sha: unknown): string | undefined {
  return typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha) ? sha : undefined
}

/** A shallow checkout holds the head alone. */
async function bringHere(git: Git, cwd: string, commit: string): Promise<void> {
  const isHere = async (): Promise<boolean> => (await git.run({ args: ['cat-file', '-e', `${commit}^{commit}`], cwd })).exitCode === 0
  if (await isHere()) return
  await git.run({ args: ['fetch', '--quiet', '--no-tags', '--depth=1', 'origin', commit], cwd })
  if (await isHere()) return
  throw new Stop(
    EXIT.notReady, `the base commit ${commit.slice(0, 12)} of the pull request is not here, and the pipeline is read from nowhere else`,
    'let the checkout bring it: `fetch-depth: 0`',
  )
}

/** The files of a commit in place of those that lie there; links in it are nothing that is followed. */
function filesAt({ files, git }: Ports, root: string, commit: string): Files {
  const inside = (path: string): string | undefined => {
    const below = relative(root, path)
    return below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? undefined : below.split(sep).join('/')
  }
  const look = async (path: string): Promise<{ readonly mode: string; readonly kind: string; readonly size: number } | undefined> => {
    const listed = await git.run({ args: ['ls-tree', '-l', '-z', commit, '--', `:(top,literal)${path}`], cwd: root })
    const [, mode = '', kind = '', size = ''] = /^(\d+) (\w+) [0-9a-f]+ +(\d+|-)\t/.exec(listed.stdout.toString('utf8')) ?? []
    return mode === '' ? undefined : { mode, kind, size: size === '-' ? 0 : Number(size) }
  }
  const readBytes = async (path: string, limit?: number): Promise<Buffer> => {
    const below = inside(path)
    if (below === undefined) return files.readBytes(path, limit)
    const entry = await look(below)
    const answer = entry?.kind === 'blob' && entry.mode !== '120000' ? await git.run({ args: ['cat-file', 'blob', `${commit}:${below}`], cwd: root }) : undefined
    if (answer?.exitCode !== 0) throw new PortError('ENOENT', path, 'there is no such file in the base of the pull request')
    return limit === undefined ? answer.stdout : answer.stdout.subarray(0, limit)
  }
  return {
    ...files,
    readBytes,
    read: async (path) => (await readBytes(path)).toString('utf8'),
    real: async (path) => {
      const below = inside(path)
      return below === undefined ? files.real(path) : (await look(below)) && path
    },
    stat: async (path) => {
      const below = inside(path)
      if (below === undefined) return files.stat(path)
      const entry = await look(below)
      return entry && { kind: entry.kind === 'tree' ? 'folder' : entry.mode === '120000' ? 'link' : 'file', size: entry.size, mode: Number.parseInt(entry.mode, 8), modifiedMs: 0, links: 1 }
    },
  }
}
