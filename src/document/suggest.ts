import { withoutUnseen } from './display.ts'

/** Longer words are no typing mistakes of ours, and would cost. */
const LONGEST = 64

/**
 * The candidate that was probably meant by a word: the one with the fewest typing mistakes (letters added, left out, changed or
 * swapped; short words may have fewer), or one that begins alike. Case, invisible characters, `-` and `_` do not count.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST * 2) return undefined
  const wanted = normal(word)
  if (wanted === '' || wanted.length > LONGEST) return undefined
  let best: string | undefined
  let least = allowed(wanted.length) + 1
  let related: string | undefined
  for (const candidate of candidates) {
    if (candidate === word || candidate.length > LONGEST) continue
    const near = normal(candidate)
    const mistakes = distance(wanted, near, least)
    if (mistakes < least) [best, least] = [candidate, mistakes]
    else if (beginAlike(wanted, near) && (related === undefined || candidate.length < related.length)) related = candidate
  }
  return best ?? related
}

function allowed(length: number): number {
  if (length < 2) return 0
  if (length < 5) return 1
  return length < 9 ? 2 : 3
}

function normal(word: string): string {
  return withoutUnseen(word).normalize('NFKC').toLowerCase().replaceAll(/[-_ ]/g, '')
}

function beginAlike(wanted: string, candidate: string): boolean {
  return (wanted.length >= 3 && candidate.startsWith(wanted)) || (candidate.length >= 3 && wanted.startsWith(candidate))
}

/** Mistakes between two words, swapped neighbours counting as one; `limit` or more is told as `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) current.push(cell(a, b, row, column, [current, last, beforeLast]))
    if (Math.min(...current) >= limit) return limit
    beforeLast = last
    last = current
  }
  return Math.min(last[b.length] ?? limit, limit)
}

type Rows = readonly [current: readonly number[], last: readonly number[], beforeLast: readonly number[]]

function cell(a: string, b: string, row: number, column: number, [current, last, beforeLast]: Rows): number {
  const isSame = a[row - 1] === b[column - 1]
  const changed = at(last, column - 1) + (isSame ? 0 : 1)
  const least = Math.min(changed, at(last, column) + 1, at(current, column - 1) + 1)
  const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
  return isSwap ? Math.min(least, at(beforeLast, column - 2) + 1) : least
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0
}
