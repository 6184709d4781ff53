import type { Git } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { ForgeFailure } from './github.ts'
import type { ForgeRepository } from './repository.ts'

/**
 * Sends a commit to a branch of the repository on GitHub, which it makes or moves forward; what the commit does not hold is never
 * overwritten. The token is in the environment of git alone: in no argument, no address, no configuration file.
 */
export async function pushBranch(git: Git, gitDir: string, repository: ForgeRepository, branch: string, commit: string): Promise<Result<void, ForgeFailure>> {
  const header = `http.${repository.server}/.extraheader`
  const basic = Buffer.from(`x-access-token:${repository.token}`).toString('base64')
  const env = {
    GIT_DIR: gitDir, GIT_CONFIG_COUNT: '3',
    // An empty value takes away what a checkout action left there: two such headers are refused.
    GIT_CONFIG_KEY_0: header, GIT_CONFIG_VALUE_0: '', GIT_CONFIG_KEY_1: header, GIT_CONFIG_VALUE_1: `AUTHORIZATION: basic ${basic}`,
    GIT_CONFIG_KEY_2: 'credential.helper', GIT_CONFIG_VALUE_2: '',
  }
  const url = `${repository.server}/${repository.name}.git`
  const answer = await git.run({ args: ['push', '--quiet', '--no-verify', '--porcelain', url, `${commit}:refs/heads/${branch}`], cwd: gitDir, env })
  if (answer.exitCode === 0) return ok(undefined)
  const said = `${answer.stdout.toString('utf8')}\n${answer.stderr}`
  const isBehind = /\[(remote )?rejected\].*(non-fast-forward|fetch first|stale)/.test(said)
  const why = isBehind ? 'it holds commits that this change does not' : (said.trim().split('\n').findLast((line) => line.trim() !== '') ?? `exit code ${answer.exitCode}`)
  return err({ status: null, message: `the branch \`${branch}\` cannot be pushed: ${why}` })
}
