import { join } from 'node:path'
import type { Ports, Repository } from '../base/ports.ts'

/** The rules that the user's git follows beside those of the tree: `info/exclude` and `core.excludesFile`. */
export async function userIgnores(ports: Pick<Ports, 'files' | 'git'>, user: Repository): Promise<string> {
  const texts = await Promise.all([...(await globalFiles(ports, user)), join(user.commonDir, 'info', 'exclude')].map(read))
  return texts.join('\n')

  async function read(path: string): Promise<string> {
    const stat = await ports.files.stat(path)
    return stat === undefined || (stat.kind !== 'file' && stat.kind !== 'link') ? '' : ports.files.read(path).catch(() => '')
  }
}

/** A pattern for exactly this path, from the repository's top. */
export function exactPattern(path: string): string {
  return `/${path.replace(/[\\*?[\]]/g, String.raw`\$&`).replace(/ $/, String.raw`\ `)}`
}

/** Git expands the home folder for us: this room does not know it. */
async function globalFiles(ports: Pick<Ports, 'git'>, user: Repository): Promise<string[]> {
  const fallback = 'orch-run.ignore=~/.config/git/ignore'
  const args = ['-c', fallback, 'config', '-z', '--type=path', '--get-regexp', String.raw`^(core\.excludesfile|orch-run\.ignore)$`]
  const answer = await ports.git.run({ args, cwd: user.root, env: { GIT_DIR: user.gitDir } })
  const pairs = answer.stdout.toString('utf8').split('\0').map((entry) => entry.split('\n'))
  const set = new Map(pairs.map(([key = '', ...value]) => [key, value.join('\n')]))
  const file = set.get('core.excludesfile') ?? set.get('orch-run.ignore')
  return file === undefined || file === '' ? [] : [file]
}
