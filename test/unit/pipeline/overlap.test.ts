import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlap } from '../../../src/pipeline/overlap.ts'

describe('globs', () => {
  it.each([
    ['a.txt', 'a.txt'], ['src/**', 'src/a/b.ts'], ['src/**', 'src'], ['src', 'src/a.ts'], ['src/', './src//a.ts'], ['**', 'x'], ['**/*.ts', 'src/**'],
    ['*.ts', 'a*'], ['src/*/x.ts', 'src/a/*.ts'], ['{a,b}/c', 'b/c'], ['{a/{b,c},d}/e', 'a/c/e'], ['README.md', 'readme.MD'], ['a?c', 'abc'], ['**/a/**/b', 'a/x/y/b'],
    ['a[bc]', 'ab'], ['!(x)', 'y'], ['a\\\\b', 'a/b'], ['cafe\u0301', 'caf\u00e9'], ['**/**/**', 'a'], ['packages/*/src', 'packages/a/src/b.ts'], ['**/a', '**/b'], ['**.ts', 'src/lib/a.ts'],
  ])('%s and %s could name the same file', (one, other) => {
    expect([overlap([one], [other]), overlap([other], [one])]).toEqual([true, true])
  })

  it.each([
    ['a.txt', 'b.txt'], ['src/**', 'docs/**'], ['src/*.ts', 'src/*.md'], ['README.md', 'docs/README.md'], ['*.json', 'src/a.json'], ['a?c', 'ac'],
    ['{a,b}/c', 'd/c'], ['**/*.ts', 'src/*.md'], ['src', 'src2/a'], ['a/b', 'a/c/b'], ['**/a.md', '**/b.md'], ['**/*.ts', '**/*.md'], ['*', 'src/a.ts'], ['?a', 'a**/{a,b}'],
  ])('%s and %s name different files', (one, other) => {
    expect([overlap([one], [other]), overlap([other], [one])]).toEqual([false, false])
  })

  it('are compared each with each', () => {
    expect(overlap(['a', 'b/**'], ['c', 'b/x'])).toBe(true)
    expect(overlap(['a', 'b'], ['c', 'd'])).toBe(false)
    expect(overlap([], ['**'])).toBe(false)
  })

  it('cost little, however long they are', () => {
    const stars = 'a*'.repeat(5000)
    const deep = '**/a/'.repeat(5000)
    const braces = '{a,b}'.repeat(40)
    for (const one of [stars, deep, braces]) for (const other of [stars, deep, braces]) expect(overlap([`${one}x`], [`${other}y`])).toBe(true)
  })

  const name = fc.array(fc.constantFrom('a', 'b', '*', '?', 'ab', '.'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
  const level = fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: fc.constant('**') }, { weight: 1, arbitrary: fc.constantFrom('{a,b}', '{a*,b/a}') })
  const glob = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
  const path = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 3 }).filter((text) => !/^[.]+$/.test(text)), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))

  it('overlap whenever some path fits both', () => {
    let met = 0
    fc.assert(fc.property(glob, glob, fc.array(path, { minLength: 30, maxLength: 30 }), (one, other, paths) => {
      const [mine, theirs] = [expression(one), expression(other)]
      if (!paths.some((candidate) => mine.test(candidate) && theirs.test(candidate))) return
      met += 1
      expect(overlap([one], [other])).toBe(true)
    }), { numRuns: 3000 })
    expect(met).toBeGreaterThan(50)
  })

  it('overlap with themselves, and whichever comes first', () => {
    fc.assert(fc.property(glob, glob, (one, other) => {
      expect(overlap([one], [one])).toBe(true)
      expect(overlap([one], [other])).toBe(overlap([other], [one]))
    }), { numRuns: 2000 })
  })
})

/** The meaning of a glob, written in another way than the source does. */
function expression(glob: string): RegExp {
  // Only as a whole level does `**` stand for levels: `a**/b` is `a*/b`, or at most whatever begins with an `a` and ends in `/b`.
  const source = glob.replaceAll(/(?<=^|\/)\*\*\/|\/\*\*$|\*\*|[*?{},.]/g, (token) => ({
    '**/': '(?:[^/]+/)*', '/**': '(?:/[^/]+)*', '**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|', '.': '[.]',
  })[token] ?? token)
  return new RegExp(`^(?:${source})$`)
}
