import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document } from '../../../src/document/document.ts'
import { indexLines, lineBounds, offsetAt, placeOf } from '../../../src/document/lines.ts'

function documentOf(text: string): Document {
  return { file: 'ci.yml', text, root: undefined }
}

function placeAt(text: string, start: number, end = start): [number, number, number, number] {
  const { line, column, end_line, end_column } = placeOf(documentOf(text), { start, end })
  return [line, column, end_line, end_column]
}

describe('placeOf', () => {
  it('ends lines at LF, CRLF and CR, and at nothing else', () => {
    const text = 'a\nb\r\nc\rd\u2028e\u0085f'
    expect(placeAt(text, text.indexOf('b'), text.indexOf('b') + 1)).toEqual([2, 1, 2, 2])
    expect(placeAt(text, text.indexOf('c'), text.indexOf('c') + 1)).toEqual([3, 1, 3, 2])
    expect(placeAt(text, text.indexOf('f'), text.indexOf('f') + 1)).toEqual([4, 5, 4, 6])
  })

  it('counts code points, a tab as one and a byte order mark as none', () => {
    expect(placeAt('\uFEFF\t🚀x', 4, 5)).toEqual([1, 3, 1, 4])
    expect(placeAt('\uFEFFa: 1', 0)).toEqual([1, 1, 1, 2])
  })

  it('gives a column to what is empty, and stays in the text', () => {
    expect(placeAt('', 0)).toEqual([1, 1, 1, 2])
    expect(placeAt('ab', 99, 120)).toEqual([1, 3, 1, 4])
    expect(placeAt('a\r\nb', 2)).toEqual([1, 2, 1, 3])
  })

  it('spans lines', () => {
    expect(placeAt('a:\n  b\nc', 0, 6)).toEqual([1, 1, 2, 4])
  })

  it('agrees with counting by hand', () => {
    const texts = fc.array(fc.constantFrom('a', 'ü', '🚀', '\t', '\n', '\r\n', '\r', '\u2028'), { maxLength: 30 })
    fc.assert(
      fc.property(texts, fc.nat(30), (parts, count) => {
        const before = parts.slice(0, count).join('')
        const text = parts.join('')
        if (before.endsWith('\r') && text[before.length] === '\n') return
        const lines = before.split(/\r\n|\r|\n/)
        const place = placeOf(documentOf(text), { start: before.length, end: before.length })
        expect([place.line, place.column]).toEqual([lines.length, Array.from(lines.at(-1) ?? '').length + 1])
        expect(offsetAt(indexLines(text), place.line, place.column)).toBe(before.length)
      }),
    )
  })
})

describe('lineBounds', () => {
  it('leaves out the line end', () => {
    const index = indexLines('\uFEFFa\r\n\nb\rc\n')
    expect([1, 2, 3, 4, 5, 6].map((line) => lineBounds(index, line))).toEqual([
      { start: 1, end: 2 }, { start: 4, end: 4 }, { start: 5, end: 6 }, { start: 7, end: 8 }, { start: 9, end: 9 }, { start: 9, end: 9 },
    ])
  })
})
