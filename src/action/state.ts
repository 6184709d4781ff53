import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Ports, Repository } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'

/** What stands between jobs: the state folder, with the commits of its runs in a bundle, since the next checkout has none of them. */
export interface State {
  /** Brings back what an earlier job of the same workflow left for the same commit; false where there is nothing. */
  restore(): Promise<boolean>
  save(): Promise<void>
}

const BUNDLE = 'commits.bundle'

/**
 * State in the cache of GitHub Actions. Its name binds it to workflow, job, ref, commit, pipeline and trust: what a stranger's
 * run left is never taken up by a trusted one, and GitHub itself keeps the caches of pull requests apart.
 */
export function createState(ports: Ports, env: Readonly<Record<string, string>>, folder: string, repository: Repository | undefined, marks: readonly string[]): State {
  const named = ['GITHUB_REPOSITORY_ID', 'GITHUB_WORKFLOW', 'GITHUB_JOB', 'GITHUB_REF'].map((name) => env[name] ?? '')
  const prefix = `orch-run-1-${createHash('sha256').update(JSON.stringify([...named, repository?.head ?? '', ...marks])).digest('hex').slice(0, 32)}-`
  return {
    async restore() {
      const { isFeatureAvailable, restoreCache } = await import('@actions/cache')
      if (!isFeatureAvailable()) return false
      const found = await restoreCache([folder], `${prefix}now`, [prefix])
      if (found === undefined) return false
      await unbundle(ports, folder, repository)
      return true
    },
    async save() {
      const { isFeatureAvailable, saveCache } = await import('@actions/cache')
      if (!isFeatureAvailable() || (await ports.files.stat(folder)) === undefined) return
      await bundle(ports, folder, repository)
      await saveCache([folder], `${prefix}${env.GITHUB_RUN_ID ?? ''}-${env.GITHUB_RUN_ATTEMPT ?? ''}-${ports.random.hex(4)}`)
    },
  }
}

/** The commits of unfinished runs that the base does not hold. */
async function bundle({ git, files }: Ports, folder: string, repository: Repository | undefined): Promise<void> {
  await files.remove(join(folder, BUNDLE))
  if (!repository) return
  const listed = await git.run({ args: ['for-each-ref', '--format=%(refname)', 'refs/orch-run/'], cwd: repository.root })
  const refs = listed.stdout.toString('utf8').split('\n').filter((ref) => ref !== '')
  if (refs.length === 0) return
  const not = repository.head === undefined ? [] : [`^${repository.head}`]
  await git.run({ args: ['bundle', 'create', '--quiet', join(folder, BUNDLE), ...refs, ...not], cwd: repository.root })
}

async function unbundle({ git, files }: Ports, folder: string, repository: Repository | undefined): Promise<void> {
  const path = join(folder, BUNDLE)
  if (!repository || (await files.stat(path)) === undefined) return
  const answer = await git.run({ args: ['fetch', '--quiet', '--no-tags', path, '+refs/orch-run/*:refs/orch-run/*'], cwd: repository.root })
  if (answer.exitCode !== 0) throw new PortError('EGIT', path, `the commits of an earlier run cannot be brought back: ${answer.stderr.trim()}`)
}
