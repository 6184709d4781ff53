import type { Git, Repository } from '../base/ports.ts'
import { pinFolder } from './pin.ts'
import { succeeded } from './repository.ts'

/** The refs that keep commits of runs, with the time of their commits in milliseconds since 1970. */
export async function listPins(git: Git, user: Repository): Promise<{ readonly ref: string; readonly at: number }[]> {
  const args = ['for-each-ref', '--format=%(refname) %(committerdate:unix)', 'refs/orch-run/']
  const lines = (await asked(git, user, args)).split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const at = line.lastIndexOf(' ')
    return { ref: line.slice(0, at), at: Number(line.slice(at + 1)) * 1000 }
  })
}

/** Whether a ref keeps a commit of this run. */
export function isPinOf(ref: string, run: string): boolean {
  return ref.startsWith(`${pinFolder(run)}/`)
}

export async function removePins(git: Git, user: Repository, refs: readonly string[]): Promise<void> {
  if (refs.length > 0) await asked(git, user, ['update-ref', '--no-deref', '--stdin'], refs.map((ref) => `delete ${ref}\n`).join(''))
}

async function asked(git: Git, user: Repository, args: readonly string[], input?: string): Promise<string> {
  const call = { args: ['-c', 'core.logAllRefUpdates=false', ...args], cwd: user.commonDir, env: { GIT_DIR: user.commonDir }, ...(input === undefined ? {} : { input }) }
  return succeeded(await git.run(call), args).toString('utf8')
}
