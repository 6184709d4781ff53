/**
 * Whether two lists of globs could name the same file, each by itself or by a folder that it is in. In doubt they do: upper and
 * lower case, and constructs that not every glob has, such as `[a-z]`, may stand for each other.
 */
export function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => one === other || meet(one, other)))
}

function meet(one: string, other: string): boolean {
  const theirs = patterns(other)
  return patterns(one).some((mine) => theirs.some((their) => pathsMeet(mine, their)))
}

/** A glob with more alternatives, levels or characters than these is taken for any path. */
const MOST_ALTERNATIVES = 64
const MOST_LEVELS = 64
const MOST_CHARACTERS = 200
const ANYTHING = [['**']]

/** What a glob stands for: for each of its alternatives the names of a path, level by level. */
function patterns(glob: string): readonly (readonly string[])[] {
  const texts = alternatives(glob.normalize('NFC').toLowerCase().replaceAll('\\', '/'))
  if (texts === undefined) return ANYTHING
  const all = texts.map((text) => withBelow(text.split('/').filter((name) => name !== '' && name !== '.').map(plainName)))
  return all.some((names) => names.length > MOST_LEVELS) ? ANYTHING : all
}

/** What is named like a folder stands for all that is in it: `src`, `lib/src`; a plain path may be one in any case. */
function withBelow(names: readonly string[]): readonly string[] {
  const last = names.at(-1) ?? ''
  const mayBeFolder = /^.[^.]*$/.test(last) || !names.some(isWild)
  return mayBeFolder && !isWild(last) ? [...names, '**'] : names
}

function isWild(name: string): boolean {
  return /[*?]/.test(name)
}

/** Nothing but `*`, `?` and characters that stand for themselves. */
function plainName(name: string): string {
  // Of `**.ts` some say that it is any file that ends so, in whatever folder.
  if (name.includes('**')) return '**'
  return name.length > MOST_CHARACTERS || /[[\]{}()|]|^!/.test(name) ? '*' : name
}

/** Each of the globs that `{a,b}` stands for; undefined when there are too many. */
function alternatives(glob: string): readonly string[] | undefined {
  let texts = [glob]
  for (let isWhole = false; !isWhole;) {
    isWhole = true
    texts = texts.flatMap((text) => {
      const found = /\{([^{}]*,[^{}]*)\}/.exec(text)
      if (!found) return [text]
      isWhole = false
      const after = text.slice(found.index + found[0].length)
      return (found[1] ?? '').split(',').map((choice) => `${text.slice(0, found.index)}${choice}${after}`)
    })
    if (texts.length > MOST_ALTERNATIVES) return undefined
  }
  return texts
}

function pathsMeet(one: readonly string[], other: readonly string[]): boolean {
  return reaches(one, other, namesMeet, '**')
}

/** Whether a name can fit both. */
function namesMeet(one: string, other: string): boolean {
  return reaches(Array.from(one), Array.from(other), (mine, their) => mine === their || mine === '?' || their === '?', '*')
}

/** Whether two patterns fit a common sequence; `many` stands for any number of parts. A row for each part of `one`: the work is bounded. */
function reaches(one: readonly string[], other: readonly string[], fit: (mine: string, their: string) => boolean, many: string): boolean {
  let row = new Set([0])
  for (let at = 0; at <= one.length; at += 1) {
    const mine = one[at]
    const next = new Set<number>()
    for (const to of row) {
      const their = other[to]
      if (mine === undefined && their === undefined) return true
      if (mine === many) next.add(to)
      if (their === many && mine !== undefined && mine !== many) next.add(to)
      // Within the row: a set gives what is added while it is walked.
      if (their !== undefined && (mine === many || their === many)) row.add(to + 1)
      if (mine !== undefined && their !== undefined && mine !== many && their !== many && fit(mine, their)) next.add(to + 1)
    }
    row = next
  }
  return false
}
