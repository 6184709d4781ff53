import type { Git, Repository } from '../base/ports.ts'
import { succeeded } from './repository.ts'

/** Those of the commits that a repository does not hold (any more). */
export async function lostCommits(git: Git, repository: Repository, commits: readonly string[]): Promise<ReadonlySet<string>> {
  if (commits.length === 0) return new Set()
  const args = ['cat-file', '--batch-check=%(objecttype)']
  const answer = await git.run({ args, cwd: repository.commonDir, env: { GIT_DIR: repository.commonDir }, input: commits.map((commit) => `${commit}\n`).join('') })
  const lines = succeeded(answer, args).toString('latin1').split('\n')
  return new Set(commits.filter((_, index) => lines[index] !== 'commit'))
}
