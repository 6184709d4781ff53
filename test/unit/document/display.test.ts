import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { display, withoutUnseen } from '../../../src/document/display.ts'

describe('display', () => {
  it('escapes what a terminal would obey or a reader not see', () => {
    expect(display('a\u001B[31m\n\u009Bb\u202Ec\u200Bd\uFEFF\uD800\u2028')).toBe('a\\u{1b}[31m\\u{a}\\u{9b}b\\u{202e}c\\u{200b}d\\u{feff}\\u{d800}\\u{2028}')
  })

  it('leaves letters of the world as they are', () => {
    expect(display('東京 ünï 🚀')).toBe('東京 ünï 🚀')
  })

  it('cuts long texts between characters', () => {
    expect(display('abcdef', 4)).toBe('abc…')
    expect(display('🚀🚀🚀', 2)).toBe('🚀…')
    expect(display('🚀🚀🚀', 3)).toBe('🚀🚀🚀')
  })

  it('gives nothing unseen, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, limit) => {
        expect(display(text, limit)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(withoutUnseen(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})
