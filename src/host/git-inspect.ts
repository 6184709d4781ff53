import { PortError, type Repository } from '../base/ports.ts'

const PLACES = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir', '--git-dir', '--show-object-format']

type Ask = (args: readonly string[]) => Promise<string>

/** What a folder's repository is; undefined when the folder is in none, or in one without a checkout. */
export async function inspectRepository(folder: string, env: Readonly<Record<string, string>>): Promise<Repository | undefined> {
  const ask = await questioner(folder, env)
  try {
    return await born(ask)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (/not a git repository|must be run in a work tree/.test(text)) return undefined
    if (/unknown revision|ambiguous argument|Needed a single revision/.test(text)) return unborn(ask)
    if (/ENOENT/.test(text)) throw new PortError('ENOENT', 'git', 'git was not found')
    throw new PortError(/dubious ownership/.test(text) ? 'EACCES' : 'EIO', folder, text.trim().split('\n')[0] ?? 'git failed')
  }
}

/** The library refuses `GIT_*` variables unless each is allowed; these two are ours and harmless. */
async function questioner(folder: string, env: Readonly<Record<string, string>>): Promise<Ask> {
  const { simpleGit } = await import('simple-git')
  const options = { baseDir: folder, trimmed: false, allowEnvironment: ['GIT_TERMINAL_PROMPT', 'GIT_OPTIONAL_LOCKS'] }
  try {
    const git = simpleGit(options).env({ ...env })
    return (args) => git.raw([...args])
  } catch {
    throw new PortError('ENOENT', folder, 'the folder does not exist')
  }
}

async function born(ask: Ask): Promise<Repository> {
  const lines = (await ask([...PLACES, 'HEAD^{commit}', '--symbolic-full-name', 'HEAD'])).split('\n')
  return repository(lines, lines[4], lines[5] ?? 'HEAD')
}

async function unborn(ask: Ask): Promise<Repository> {
  const lines = (await ask(PLACES)).split('\n')
  return repository(lines, undefined, (await ask(['symbolic-ref', 'HEAD'])).trim())
}

function repository(lines: readonly string[], head: string | undefined, ref: string): Repository {
  const [root = '', commonDir = '', gitDir = '', format] = lines
  if (format !== 'sha1' && format !== 'sha256') {
    throw new PortError('EINVAL', root, 'a repository whose path holds a line break is not supported')
  }
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
  return { root, commonDir, gitDir, objectFormat: format, head, branch }
}
