import { sha } from '../base/brand.ts'
import type { Conflict } from '../base/conflict.ts'
import type { Files } from '../base/ports.ts'
import { type Result, err, ok } from '../base/result.ts'
import { parseRaw, toText } from './bytes.ts'
import { conflictsOf, judgeClashes } from './clash.ts'
import type { Judged } from './clash.ts'
import { commitMessage } from './commit.ts'
import { conflictFailure } from './conflict-failure.ts'
import { gitFailed } from './failing.ts'
import { signed } from './identity.ts'
import { createKnot } from './knot.ts'
import { mergeTrees } from './merge-tree.ts'
import type { TrustedRepository } from './repository.ts'
import { sideWins } from './settle-clashes.ts'
import { shown } from './shown.ts'
import type { CommitText, Merged, MergeOrder, Side, WorkspaceFailure } from './workspace.ts'

type MergePorts = { readonly files: Files; readonly repository: TrustedRepository }

/** What is merged so far. */
interface State {
  readonly commit: string
  readonly sides: readonly Side[]
  readonly conflicts: readonly Conflict[]
}

/**
 * One commit that holds all the sides, merged in their order; without any, the base. Each merge begins from what the two have in
 * common, at the latest the run's base. The same sides give the same commit again, so that a resumed run meets what it knows;
 * what `resolve` answers is its own affair.
 */
export async function mergeAll<Failure = never>(
  ports: MergePorts, base: string, { sides, policy, text }: MergeOrder<Failure>,
): Promise<Result<Merged, WorkspaceFailure | Failure>> {
  const strange = sides.find(({ commit }) => sha(commit) === undefined)
  if (strange !== undefined) return gitFailed(`${shown(strange.commit)} is no commit`)
  const [first, ...others] = sides
  let state: State = { commit: first?.commit ?? base, sides: first ? [first] : [], conflicts: [] }
  for (const side of others) {
    const next = await mergeSide(ports, base, state, side, policy)
    if (!next.ok) return next
    state = next.value
  }
  const commit = text === undefined ? state.commit : await inOne(ports.repository, state, text())
  return ok({ commit, conflicts: state.conflicts })
}

async function mergeSide<Failure>(
  ports: MergePorts, base: string, { commit: ours, sides, conflicts }: State, side: Side, policy: MergeOrder<Failure>['policy'],
): Promise<Result<State, WorkspaceFailure | Failure>> {
  const { repository } = ports
  const theirs = side.commit
  const withIt = [...sides, side]
  const ancestor = (await repository.tryAsk(['merge-base', ours, theirs])).stdout.toString('latin1').trim()
  if (ancestor === theirs) return ok({ commit: ours, sides, conflicts })
  if (ancestor === ours) return ok({ commit: theirs, sides: withIt, conflicts })
  if (ancestor === '') return gitFailed(`commits ${short(ours)} and ${short(theirs)} have no common ancestor here`)
  const { tree, clashes } = await mergeTrees(repository, ours, theirs)
  if (clashes.length === 0) return ok({ commit: await mergeCommit(repository, tree, [ours, theirs]), sides: withIt, conflicts })
  const judged = await judgeClashes(repository, clashes)
  const found = await conflictsOf(repository, judged, await namer(repository, base, sides, side))
  const decided = await decide(ports, { tree, judged, found, ours, base: ancestor, sides, side }, policy)
  if (!decided.ok) return decided
  return ok({ commit: await mergeCommit(repository, decided.value, [ours, theirs]), sides: withIt, conflicts: [...conflicts, ...found] })
}

interface Contradiction {
  readonly tree: string
  readonly judged: readonly Judged[]
  readonly found: readonly Conflict[]
  readonly ours: string
  readonly base: string
  readonly sides: readonly Side[]
  readonly side: Side
}

async function decide<Failure>(
  ports: MergePorts, at: Contradiction, policy: MergeOrder<Failure>['policy'],
): Promise<Result<string, WorkspaceFailure | Failure>> {
  if (policy === 'fail') return err(conflictFailure(at.found))
  if (policy === 'ours' || policy === 'theirs') return ok(await sideWins(ports, at.tree, at.judged, policy))
  const { ours, base, side, sides, found } = at
  return policy(await createKnot(ports, { tree: at.tree, judged: at.judged, conflicts: found, commits: { ours, base, theirs: side.commit }, sides, side }))
}

/** Whom to name for a path: the new side, and of those before it the ones that changed it too. */
async function namer(repository: TrustedRepository, base: string, sides: readonly Side[], side: Side): Promise<(path: string) => { ours: string; theirs: string }> {
  const changed = await Promise.all(sides.map(async ({ commit, name }) => ({ name, paths: new Set(await changedPaths(repository, base, commit)) })))
  return (path) => {
    const those = changed.filter(({ paths }) => paths.has(path)).map(({ name }) => name)
    return { ours: (those.length > 0 ? those : sides.map(({ name }) => name)).join(', '), theirs: side.name }
  }
}

/** Paths that differ between two commits or trees, sorted. */
export async function changedPaths(repository: TrustedRepository, from: string, to: string): Promise<string[]> {
  const output = await repository.ask(['diff-tree', '-r', '--raw', '-z', '--no-abbrev', '--no-renames', from, to])
  return parseRaw(output).map(({ path }) => toText(path)).sort()
}

/** In the name of the runner, at the time of the later one: nothing of it depends on when it is made. */
async function mergeCommit(repository: TrustedRepository, tree: string, parents: readonly string[], text?: CommitText): Promise<string> {
  const { identity } = await repository.manners
  const dates = await repository.ask(['rev-list', '--no-walk=unsorted', '--no-commit-header', '--format=%ct', ...parents])
  const latest = Math.max(...dates.toString('latin1').trim().split('\n').map(Number))
  const [ours = '', theirs = ''] = parents
  const commit = await repository.ask(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'], {
    input: text === undefined ? `Merge ${short(theirs)} into ${short(ours)}\n` : commitMessage(text),
    env: signed(identity, latest),
  })
  return commit.toString('latin1').trim()
}

/** One commit of all the sides; where one of them holds the others already, that one. */
async function inOne(repository: TrustedRepository, { commit, sides }: State, text: CommitText): Promise<string> {
  if (sides.some((side) => side.commit === commit)) return commit
  return sealMerge(repository, `${commit}^{tree}`, sides.map((side) => side.commit), text)
}

/** A commit of a tree whose parents are the given commits, those that are not held by another one of them. */
export async function sealMerge(repository: TrustedRepository, tree: string, commits: readonly string[], text: CommitText): Promise<string> {
  const heads = commits.length < 2 ? commits : (await repository.ask(['merge-base', '--independent', ...commits])).toString('latin1').trim().split('\n')
  return mergeCommit(repository, tree, [...new Set(commits)].filter((commit) => heads.includes(commit)), text)
}

function short(commit: string): string {
  return commit.slice(0, 12)
}
