import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, ScalarNode } from '../../../src/document/document.ts'
import { nodeAt } from '../../../src/document/locate.ts'
import { parse } from '../../../src/document/parse.ts'
import { sourceOffset } from '../../../src/document/scalar.ts'

function scalarOf(text: string, key = 'a'): { document: Document; scalar: ScalarNode } {
  const { document } = parse(text, 'ci.yml')
  const scalar = nodeAt(document, [key])
  if (scalar?.kind !== 'scalar') throw new Error(`no scalar in ${JSON.stringify(text)}`)
  return { document, scalar }
}

function offsets(text: string): number[] {
  const { document, scalar } = scalarOf(text)
  return Array.from(String(scalar.value), (_, index) => sourceOffset(document, scalar, index))
}

describe('sourceOffset', () => {
  it('sees through quotes, escapes and doubled quotes', () => {
    expect(offsets('a: xyz')).toEqual([3, 4, 5])
    expect(offsets("a: 'x''y'")).toEqual([4, 5, 7])
    expect(offsets('a: "x\\ny\\x41\\u0042z"')).toEqual([4, 5, 7, 8, 12, 18])
  })

  it('counts both halves of an escaped character at its escape', () => {
    const { document, scalar } = scalarOf('a: "\\U0001F680!"')
    expect([0, 1, 2, 3].map((index) => sourceOffset(document, scalar, index))).toEqual([4, 4, 14, 15])
  })

  it('follows folded lines of plain and quoted texts', () => {
    expect(offsets('a: x  \n   y\n\n   z')).toEqual([3, 6, 10, 12, 16])
    expect(offsets('a: "x \\\n   y"')).toEqual([4, 5, 11])
  })

  it('leaves out the indentation of a literal block, also with CRLF and an indentation mark', () => {
    expect(offsets('a: |\n  x\n\n   y\n')).toEqual([7, 8, 9, 12, 13, 14])
    expect(offsets('a: |2-\r\n   x\r\n  y\r\n')).toEqual([10, 11, 12, 16])
  })

  it('follows a folded block with deeper lines and blank ones', () => {
    const text = 'a: >\n  one\n  two\n\n  three\n    deep\n  four\n'
    const { document, scalar } = scalarOf(text)
    expect(scalar.value).toBe('one two\nthree\n  deep\nfour\n')
    for (const word of ['one', 'two', 'three', 'deep', 'four']) {
      expect(sourceOffset(document, scalar, String(scalar.value).indexOf(word))).toBe(text.indexOf(word))
    }
  })

  it('gives the place of an expression on the second line of a script', () => {
    const text = 'steps:\n  a:\n    run: |  # comment | here\n      echo one\n      echo ${{ bad }}\n'
    const { document } = parse(text, 'ci.yml')
    const scalar = nodeAt(document, ['steps', 'a', 'run'])
    if (scalar?.kind !== 'scalar') throw new Error('no scalar')
    expect(scalar.span.start).toBe(text.indexOf('|'))
    expect(sourceOffset(document, scalar, String(scalar.value).indexOf('${{'))).toBe(text.indexOf('${{'))
  })

  it('gives the text that an alias repeats', () => {
    const { document, scalar } = scalarOf('b: &b "x\\ty"\na: *b\n')
    expect(scalar.span).toEqual({ start: 16, end: 18 })
    expect([0, 1, 2].map((index) => sourceOffset(document, scalar, index))).toEqual([7, 8, 10])
  })

  it('gives the end for an index beyond the text', () => {
    expect(sourceOffset(...only('a: xyz'), 9)).toBe(6)
    expect(sourceOffset(...only('a: "xyz"'), 9)).toBe(7)
    expect(sourceOffset(...only('a: |\n  x\nb: 1\n'), 9)).toBe(8)
    expect(sourceOffset(...only('a:\n'), 3)).toBe(2)
  })
})

function only(text: string): [Document, ScalarNode] {
  const { document, scalar } = scalarOf(text)
  return [document, scalar]
}

describe('for any text, the character in the source is the character of the value', () => {
  const line = fc.array(fc.constantFrom('a', 'b', ' ', '  ', 'ü', '🚀', "'", '"', '\\', '${{', '#', ': x', '\t', '-'), { maxLength: 8 }).map((parts) => parts.join(''))
  const lines = fc.array(line, { minLength: 1, maxLength: 6 })
  const ending = fc.constantFrom('\n', '\r\n', '\r')

  /** Every visible character must stand where it is said to stand; breaks may be told at any line end or blank. */
  const agrees = (text: string): void => {
    const { document } = parse(text, 'ci.yml')
    const scalar = nodeAt(document, ['a'])
    if (scalar?.kind !== 'scalar' || typeof scalar.value !== 'string') return
    let before = -1
    for (let index = 0; index < scalar.value.length; index++) {
      const unit = scalar.value[index] ?? ''
      const offset = sourceOffset(document, scalar, index)
      const source = text[offset] ?? ''
      expect(offset).toBeGreaterThanOrEqual(before)
      if (unit === '\n') expect(source === '' || '\r\n \t\\'.includes(source)).toBe(true)
      else if (unit === ' ') expect(' \t\r\n\\').toContain(source)
      else if (source !== '\\') expect(source).toBe(unit)
      before = offset
    }
  }

  it.each(['|', '>', '|-', '>-', '|+', '>+', '|1', '>2-'])('in a block %s', (header) => {
    fc.assert(fc.property(lines, ending, (texts, end) => agrees(`a: ${header}${end}${texts.map((text) => `  ${text}`).join(end)}${end}`)), { numRuns: 500 })
  })

  it.each(['"', "'", ''])('in a text between %s', (quote) => {
    fc.assert(fc.property(lines, ending, (texts, end) => agrees(`a: ${quote}${texts.map((text) => `  ${text}`).join(end)}${quote}${end}`)), { numRuns: 1000 })
  })

  it('in a text with every escape', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => agrees(`a: ${JSON.stringify(text)}\n`)), { numRuns: 1000 })
  })
})
