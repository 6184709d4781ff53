import { type RawPath, splitZero } from './bytes.ts'
import { type TrustedRepository, succeeded } from './repository.ts'

/** One version of a file in a merge. */
export interface Version {
  readonly mode: string
  readonly object: string
}

/** What git could not merge at one path: the versions that there are. */
export interface Clash {
  /** Where git left it: something may stand in the way of its own path. */
  readonly path: RawPath
  /** Where it belongs. */
  readonly place: RawPath
  readonly base: Version | undefined
  readonly ours: Version | undefined
  readonly theirs: Version | undefined
  /** What git says of it, in its stable words: `CONFLICT (rename/delete)`. */
  readonly words: readonly string[]
}

/** The tree of a merge; with clashes it holds what git makes of them: conflict markers, or one of the sides. */
export interface MergedTree {
  readonly tree: string
  readonly clashes: readonly Clash[]
}

/** Merges two commits from what they have in common. Neither a working tree nor a driver of the repository is used. */
export async function mergeTrees(repository: TrustedRepository, ours: string, theirs: string): Promise<MergedTree> {
  const args = ['merge-tree', '--write-tree', '--messages', '-z', ours, theirs]
  const answer = await repository.tryAsk(args)
  const parts = splitZero(answer.exitCode === 1 ? answer.stdout : succeeded(answer, args))
  const tree = parts[0] ?? ''
  if (answer.exitCode !== 1) return { tree, clashes: [] }
  const end = parts.indexOf('', 1)
  const words = wordsByPath(parts.slice(end + 1))
  return { tree, clashes: clashesOf(parts.slice(1, end), words, [ours, theirs]) }
}

/** `MODE OBJECT STAGE<tab>PATH`, several for a path. */
function clashesOf(entries: readonly string[], words: ReadonlyMap<RawPath, readonly string[]>, commits: readonly string[]): Clash[] {
  const found = new Map<RawPath, Record<string, Version>>()
  for (const entry of entries) {
    const tab = entry.indexOf('\t')
    const [mode = '', object = '', stage = ''] = entry.slice(0, tab).split(' ')
    const path = entry.slice(tab + 1)
    found.set(path, { ...found.get(path), [stage]: { mode, object } })
  }
  return [...found].map(([path, { 1: base, 2: ours, 3: theirs }]) => ({
    path, place: placeOf(path, commits), base, ours, theirs, words: words.get(path) ?? [],
  }))
}

/** `COUNT PATH… TYPE MESSAGE` again and again. */
function wordsByPath(parts: readonly string[]): Map<RawPath, string[]> {
  const words = new Map<RawPath, string[]>()
  for (let at = 0; at < parts.length;) {
    const count = Number(parts[at])
    const type = parts[at + 1 + count] ?? ''
    for (const path of parts.slice(at + 1, at + 1 + count)) words.set(path, [...(words.get(path) ?? []), type])
    at += count + 3
  }
  return words
}

/** Where something else is in its place, git puts a file at `PATH~COMMIT`, or `PATH~COMMIT_0` if that is taken too. */
function placeOf(path: RawPath, commits: readonly string[]): RawPath {
  const tilde = path.lastIndexOf('~')
  if (tilde < 0) return path
  return commits.includes(path.slice(tilde + 1).replace(/_\d+$/, '')) ? path.slice(0, tilde) : path
}
