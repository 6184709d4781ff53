import { sha } from '../base/brand.ts'
import { type Result, err, ok } from '../base/result.ts'
import { gitFailed } from './failing.ts'
import { signed } from './identity.ts'
import { type TrustedRepository, succeeded } from './repository.ts'
import { shown, shownList } from './shown.ts'
import type { WorkspaceFailure } from './workspace.ts'

type Merged = Result<string, WorkspaceFailure>

/**
 * One commit that holds all the given ones, merged in their order; without any, the base. The same commits give the same
 * commit again, so that a resumed run meets what it knows.
 */
export async function mergeAll(repository: TrustedRepository, base: string, commits: readonly string[]): Promise<Merged> {
  const strange = commits.find((commit) => sha(commit) === undefined)
  if (strange !== undefined) return gitFailed(`${shown(strange)} is no commit`)
  let merged = commits[0] ?? base
  for (const next of commits.slice(1)) {
    const result = await mergeTwo(repository, merged, next)
    if (!result.ok) return result
    merged = result.value
  }
  return ok(merged)
}

async function mergeTwo(repository: TrustedRepository, ours: string, theirs: string): Promise<Merged> {
  const { identity } = await repository.manners
  const [shared, dates] = await Promise.all([
    repository.tryAsk(['merge-base', ours, theirs]),
    repository.ask(['rev-list', '--no-walk=unsorted', '--no-commit-header', '--format=%ct', ours, theirs]),
  ])
  const ancestor = shared.stdout.toString('latin1').trim()
  if (ancestor === theirs) return ok(ours)
  if (ancestor === ours) return ok(theirs)
  if (ancestor === '') return gitFailed(`commits ${short(ours)} and ${short(theirs)} have no common ancestor here`)
  const tree = await mergeTrees(repository, ours, theirs)
  if (!tree.ok) return tree
  const latest = Math.max(...dates.toString('latin1').trim().split('\n').map(Number))
  const commit = await repository.ask(['commit-tree', tree.value, '-p', ours, '-p', theirs, '-F', '-'], {
    input: `Merge ${short(theirs)} into ${short(ours)}\n`,
    env: signed(identity, latest),
  })
  return ok(commit.toString('latin1').trim())
}

async function mergeTrees(repository: TrustedRepository, ours: string, theirs: string): Promise<Merged> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs]
  const answer = await repository.tryAsk(args)
  if (answer.exitCode !== 1) return ok(succeeded(answer, args).toString('latin1').replaceAll('\0', '').trim())
  const files = [...new Set(answer.stdout.toString('utf8').split('\0').slice(1))].filter((name) => name !== '').sort()
  return err({ code: 'merge-conflict', message: `changes of needed steps contradict each other in ${shownList(files)}`, files })
}

function short(commit: string): string {
  return commit.slice(0, 12)
}
