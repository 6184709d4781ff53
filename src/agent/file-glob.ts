import { fitsWildcard } from './wildcard.ts'

/** A glob with more alternatives than this is taken as it stands. */
const MOST_ALTERNATIVES = 64

/**
 * Whether a glob fits a path relative to where the search began: `*` and `?` within one name, `**` over folders, `{a,b}` for
 * alternatives. A glob without a slash is asked of the file's name alone.
 */
export function fileGlob(glob: string): (path: string) => boolean {
  const alternatives = expanded(glob).map((text) => text.replace(/^(\.?\/)+/, '').split('/'))
  return (path) => {
    const names = path.split('/')
    const isName = (parts: readonly string[]): boolean => parts.length === 1 && parts[0] !== '**'
    return alternatives.some((parts) => fits(parts, isName(parts) ? names.slice(-1) : names))
  }
}

/** The positions in the pattern that can be reached, name by name: no backtracking. */
function fits(parts: readonly string[], names: readonly string[]): boolean {
  let reached = closure(new Set([0]), parts)
  for (const name of names) {
    const next = new Set<number>()
    for (const at of reached) {
      const part = parts[at]
      if (part === '**') next.add(at)
      else if (part !== undefined && fitsWildcard(part, name)) next.add(at + 1)
    }
    reached = closure(next, parts)
  }
  return reached.has(parts.length)
}

/** `**` may stand for no folder at all. */
function closure(reached: Set<number>, parts: readonly string[]): Set<number> {
  for (const at of reached) if (parts[at] === '**') reached.add(at + 1)
  return reached
}

function expanded(glob: string): readonly string[] {
  let texts = [glob]
  while (texts.length <= MOST_ALTERNATIVES) {
    const next = texts.flatMap(spread)
    if (next.length === texts.length && next.every((text, index) => text === texts[index])) return texts
    texts = next
  }
  return [glob]
}

/** The innermost braces replaced by each of their alternatives. */
function spread(text: string): readonly string[] {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(text)
  if (!found) return [text]
  const before = text.slice(0, found.index)
  const after = text.slice(found.index + found[0].length)
  return (found[1] ?? '').split(',').map((choice) => `${before}${choice}${after}`)
}
