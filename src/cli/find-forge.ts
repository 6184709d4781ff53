import type { Git, Repository } from '../base/ports.ts'
import { forgeRepository } from '../forge/repository.ts'
import type { ForgeRepository, Missing } from '../forge/repository.ts'

/** The repository on GitHub that a checkout belongs to, with the token for it. */
export async function findForge(git: Git, repository: Repository | undefined, env: Readonly<Record<string, string>>): Promise<ForgeRepository | Missing> {
  const cwd = repository?.root
  const answer = cwd === undefined || env.GITHUB_REPOSITORY !== undefined ? undefined : await git.run({ args: ['config', '--get', 'remote.origin.url'], cwd })
  return forgeRepository(env, answer?.exitCode === 0 ? answer.stdout.toString('utf8').trim() : undefined)
}
