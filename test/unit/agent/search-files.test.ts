import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileGlob } from '../../../src/agent/file-glob.ts'
import { fitsWildcard } from '../../../src/agent/wildcard.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { ports, shell, taskIn, temporaryRoot, use } from './rig.ts'

async function search(root: string, input: JsonObject): Promise<string> {
  const { output, isError } = await use(taskIn(root), 'search_files', input)
  return isError ? `refused: ${output}` : output
}

describe('search_files', () => {
  it('finds lines in the order of the paths', async () => {
    const root = temporaryRoot({ 'b.ts': 'x\nneedle 1\n', 'a/c.md': 'needle 2', 'a/b/d.ts': '  NEEDLE\t3\r\n' })
    expect(await search(root, { pattern: 'needle' })).toBe('a/c.md:1: needle 2\nb.ts:2: needle 1')
    expect(await search(root, { pattern: '(?i)^\\s*needle\\s\\d$' })).toBe('a/b/d.ts:1:   NEEDLE\t3\na/c.md:1: needle 2\nb.ts:2: needle 1')
    expect(await search(root, { pattern: '(?i)needle', glob: '*.ts' })).toBe('a/b/d.ts:1:   NEEDLE\t3\nb.ts:2: needle 1')
    expect(await search(root, { pattern: '(?i)needle', path: 'a', glob: 'b/**' })).toBe('a/b/d.ts:1:   NEEDLE\t3')
    expect(await search(root, { pattern: 'needle', path: 'b.ts' })).toBe('b.ts:2: needle 1')
    expect(await search(root, { pattern: 'nothing' })).toBe('[no line matches]')
  })

  it('leaves out links, binary and large files, git and node_modules', async () => {
    const root = temporaryRoot({ '.git/a': 'secret', 'node_modules/m/a.js': 'secret', 'a.bin': 'secret\0', 'latin.txt': 'x' })
    shell(root, 'ln -s ../outside out; ln -s ../outside/secret.txt link; mkfifo pipe')
    shell(root, '{ head -c 1100000 /dev/zero | tr "\\0" x; echo secret; } > big')
    expect(await search(root, { pattern: 'secret' })).toBe('[no line matches]')
    expect(await search(root, { pattern: 'secret', path: 'node_modules/m' })).toBe('node_modules/m/a.js:1: secret')
    expect(await search(root, { pattern: 'secret', path: '../outside' })).toMatch(/^refused: .* leaves the workspace$/)
    expect(await search(root, { pattern: 'secret', path: 'out' })).toMatch(/^refused: .* leaves the workspace through a link$/)
    expect(await search(root, { pattern: 'secret', path: 'none' })).toBe('refused: there is no file or folder `none`')
  })

  it('bounds what it shows', async () => {
    const root = temporaryRoot({ 'a.txt': 'x\n'.repeat(500), 'b.txt': 'y'.repeat(5000) })
    const lines = (await search(root, { pattern: 'x' })).split('\n')
    expect([lines.length, lines.at(-1)]).toEqual([201, '[the first 200 matches; narrow the search for others]'])
    expect((await search(root, { pattern: 'y' })).length).toBeLessThan(320)
  })

  it('ends when its time is over', async () => {
    const root = temporaryRoot({ a: 'x', b: 'x', c: 'x' })
    let now = 0
    const clock = { ...ports.clock, elapsed: () => (now += 9000) }
    const { output } = await use(taskIn(root), 'search_files', { pattern: 'x' }, { ...ports, clock })
    expect(output).toBe('a:1: x\nb:1: x\n[the search ended after 2 files; search a smaller folder]')
  })

  it('gives up a pattern that backtracks without end', async () => {
    const root = temporaryRoot({ 'a.txt': `${'a'.repeat(50)}!` })
    const patterns: typeof ports.patterns = {
      ...ports.patterns,
      matchLines: async (pattern, flags, texts, timeoutMs) => ports.patterns.matchLines(pattern, flags, texts, timeoutMs / 10),
    }
    expect(await use(taskIn(root), 'search_files', { pattern: '^(a+)+$' }, { ...ports, patterns })).toEqual({
      output: 'the pattern `^(a+)+$` takes too long; write one without nested repetitions',
      isError: true,
    })
  })

  it('says what is wrong with a pattern', async () => {
    expect(await search(temporaryRoot(), { pattern: '(' })).toMatch(/^refused: the pattern is no regular expression: /)
    expect(await search(temporaryRoot(), { pattern: 'a', glob: '{'.repeat(501) })).toBe('refused: the glob is longer than 500 characters')
  })
})

describe('a glob of files', () => {
  it.each([
    ['*.ts', ['a.ts', 'x/a.ts'], ['a.tsx', 'a']],
    ['src/*.ts', ['src/a.ts'], ['src/x/a.ts', 'a.ts', 'x/src/a.ts']],
    ['src/**/*.ts', ['src/a.ts', 'src/x/y/a.ts'], ['a.ts', 'src/a.js']],
    ['**/test/**', ['test/a', 'x/test/b/c'], ['testing/a']],
    ['./src/a?', ['src/ab'], ['src/a', 'src/a/']],
    ['*.{ts,m{d,js}}', ['a.ts', 'a.md', 'a.mjs'], ['a.js', 'a.m']],
    ['**', ['a', 'a/b'], []],
    ['a{b', ['a{b'], ['ab']],
    ['{a,b}'.repeat(8), [], ['aaaaaaaa']],
  ])('%s', (glob, fitting, others) => {
    const fits = fileGlob(glob)
    expect([fitting.filter((path) => !fits(path)), others.filter(fits)]).toEqual([[], []])
  })

  it('is answered in time, whatever it is', () => {
    expect(fileGlob(`${'**/'.repeat(200)}x`)(`${'a/'.repeat(500)}y`)).toBe(false)
    expect(fileGlob('*a'.repeat(200))('a'.repeat(2000) + 'b')).toBe(false)
  })

  it('of wildcards agrees with a regular expression', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', ';') })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ';') })
    fc.assert(
      fc.property(glob, text, (pattern, line) => {
        const wild = pattern.replaceAll('*', '[^;]*').replaceAll('?', '[^;]')
        return fitsWildcard(pattern, line, (character) => character === ';') === new RegExp(`^${wild}$`).test(line)
      }),
      { numRuns: 2000 },
    )
  })
})
