import type { ConflictHunk, LineRange } from '../base/conflict.ts'
import type { TrustedRepository } from './repository.ts'

/** Lines of the base that one side replaced: indices from 0, ends excluded. */
interface Edit {
  readonly base: Span
  readonly own: Span
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Where two versions of a text changed the same lines of their base, or lines that touch each other, and not to the same. */
export async function conflictHunks(repository: TrustedRepository, base: string, ours: Blob, theirs: Blob): Promise<ConflictHunk[]> {
  const [mine, their] = await Promise.all([editsOf(repository, base, ours.object), editsOf(repository, base, theirs.object)])
  const [ourLines, theirLines] = [ours.content.split('\n'), theirs.content.split('\n')]
  return clusters(mine, their).flatMap(([left, right]) => {
    const start = Math.min(...[...left, ...right].map((edit) => edit.base.start))
    const end = Math.max(...[...left, ...right].map((edit) => edit.base.end))
    const own = spanOf(left, start, end)
    const other = spanOf(right, start, end)
    const isSame = ourLines.slice(own.start, own.end).join('\n') === theirLines.slice(other.start, other.end).join('\n')
    return isSame ? [] : [{ base: range({ start, end }), ours: range(own), theirs: range(other) }]
  })
}

export interface Blob {
  readonly object: string
  readonly content: string
}

/** What two versions without a base contradict each other in: all of them. */
export function wholeHunk(ours: string, theirs: string): ConflictHunk {
  return { base: { start: 0, count: 0 }, ours: range({ start: 0, end: lineCount(ours) }), theirs: range({ start: 0, end: lineCount(theirs) }) }
}

function lineCount(content: string): number {
  const breaks = content.split('\n').length - 1
  return content === '' || content.endsWith('\n') ? breaks : breaks + 1
}

async function editsOf(repository: TrustedRepository, base: string, side: string): Promise<Edit[]> {
  const options = ['-U0', '--text', '--histogram', '--no-color', '--no-ext-diff', '--no-textconv', '--no-indent-heuristic']
  const output = (await repository.ask(['diff', ...options, base, side])).toString('latin1')
  return [...output.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(([, from, removed, to, added]) => ({
    base: span(Number(from), Number(removed ?? 1)), own: span(Number(to), Number(added ?? 1)),
  }))
}

/** Of no lines, a diff names the line before them. */
function span(line: number, count: number): Span {
  const start = count === 0 ? line : line - 1
  return { start, end: start + count }
}

/** Edits of both sides that touch each other, however indirectly; only those groups that both have a part in. */
function clusters(mine: readonly Edit[], their: readonly Edit[]): (readonly [readonly Edit[], readonly Edit[]])[] {
  const all = [...mine.map((edit) => ({ edit, isOurs: true })), ...their.map((edit) => ({ edit, isOurs: false }))]
  const groups: (typeof all)[] = []
  let end = -1
  for (const one of all.sort((a, b) => a.edit.base.start - b.edit.base.start)) {
    if (one.edit.base.start > end) groups.push([])
    groups.at(-1)?.push(one)
    end = Math.max(end, one.edit.base.end)
  }
  const split = groups.map((group) => [true, false].map((isOurs) => group.filter((one) => one.isOurs === isOurs).map(({ edit }) => edit)))
  return split.flatMap(([left = [], right = []]) => (left.length > 0 && right.length > 0 ? [[left, right] as const] : []))
}

/** The lines of a side that stand for these lines of the base. */
function spanOf(edits: readonly Edit[], start: number, end: number): Span {
  const [first, last] = [edits[0], edits.at(-1)]
  return first && last ? { start: first.own.start - (first.base.start - start), end: last.own.end + (end - last.base.end) } : { start, end }
}

function range({ start, end }: Span): LineRange {
  return end > start ? { start: start + 1, count: end - start } : { start, count: 0 }
}
