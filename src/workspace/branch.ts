import type { Git, GitAnswer, Repository } from '../base/ports.ts'
import { type Result, err, ok } from '../base/result.ts'
import { succeeded } from './repository.ts'
import { plainText, shown } from './shown.ts'
import type { Published, WorkspaceFailure } from './workspace.ts'

/**
 * Makes a branch of the user's repository for a commit, or moves it forward to it; nothing of it is ever lost. Compare and swap:
 * who moves it at the same time wins or loses as a whole. One that somebody has checked out is left alone, since his files and
 * index would seem to undo the change.
 */
export async function publishBranch(git: Git, user: Repository, branch: string, commit: string): Promise<Result<Published, WorkspaceFailure>> {
  const ref = `refs/heads/${branch}`
  const ask = async (...args: string[]): Promise<GitAnswer> => git.run({ args, cwd: user.commonDir, env: { GIT_DIR: user.commonDir } })
  if ((await ask('check-ref-format', ref)).exitCode !== 0) return refused(`${shown(branch)} is no name that a branch can have`)
  const format = '--format=%(refname)%00%(objectname)%00%(worktreepath)'
  const listed = succeeded(await ask('for-each-ref', format, ref), ['for-each-ref']).toString('utf8')
  const [, before, worktree] = listed.split('\n').map((line) => line.split('\0')).find(([name]) => name === ref) ?? []
  if (before === commit) return ok('there')
  if (worktree) return refused(`the branch ${shown(branch)} is checked out in ${shown(worktree)}`)
  if (before !== undefined && (await ask('merge-base', '--is-ancestor', before, commit)).exitCode !== 0) {
    return refused(`the branch ${shown(branch)} holds commits that this change does not`)
  }
  const swapped = await ask('-c', 'core.logAllRefUpdates=false', 'update-ref', '--no-deref', '-m', 'orch-run: deliver', ref, commit, before ?? '0'.repeat(commit.length))
  if (swapped.exitCode !== 0) return refused(`the branch ${shown(branch)} cannot be moved: ${plainText(swapped.stderr.trim())}`)
  return ok(before === undefined ? 'made' : 'moved')
}

function refused(message: string): Result<Published, WorkspaceFailure> {
  return err({ code: 'refused', message, files: [] })
}
