import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/base/json.ts'
import type { Json } from '../../../src/base/json.ts'
import { plainText } from '../../../src/plan/plain-text.ts'

describe('the plain text of a value', () => {
  it.each<Json>([
    null, true, 0, -0, 1.5, 1e21, '', 'a"b\\\n\u2028', [], {}, [[], {}, null], { b: 1, a: { d: [{ z: null, y: '' }], c: false } },
    { 'a b': 1, 'ä': 2, Z: 3, _: 4, '': 5 }, { 10: 'ten', 9: 'nine', b: 1, a: [{ 2: 0, 1: 0 }], '01': 0 }, { '-1': 1, '1.5': 2 },
  ])('is the canonical one of what JSON can say: %j', (value) => {
    expect(plainText(value)).toBe(canonical(value))
  })

  it('holds maps as lists of pairs in their order, big integers as text, and nothing of what is undefined', () => {
    const value = { z: new Map<unknown, unknown>([['b', 1n], [2, new Map([['a', [undefined]]])]]), y: undefined, a: { 1: undefined, 0: new Map([['x', 2n]]) } }
    expect(plainText(value)).toBe('{"a":{"0":[["x","2"]]},"z":[["b","1"],["2",[["a",[null]]]]]}')
  })
})
