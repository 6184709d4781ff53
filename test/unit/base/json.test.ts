import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, isObject } from '../../../src/base/json.ts'
import type { Json } from '../../../src/base/json.ts'

describe('canonical', () => {
  it('writes one text whatever the order of the keys, at every depth', () => {
    expect(canonical({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
    expect(canonical({ a: null, b: [{ c: 2, d: 1 }] })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
  })

  it('keeps the order of lists, strange keys, and takes nothing for null', () => {
    expect(canonical([2, 1])).toBe('[2,1]')
    expect(canonical(JSON.parse('{"__proto__":1,"constructor":2}') as Json)).toBe('{"__proto__":1,"constructor":2}')
    expect(canonical(undefined)).toBe('null')
  })

  it('tells values apart exactly when they differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify(one)) as Json, JSON.parse(JSON.stringify(other)) as Json]
        expect(JSON.parse(canonical(a))).toEqual(a)
        expect(canonical(reversed(a))).toBe(canonical(a))
        if (canonical(a) === canonical(b)) expect(a).toEqual(b)
      }),
    )
  })
})

describe('isObject', () => {
  it('takes maps of JSON, no lists and no null', () => {
    expect([{}, Object.create(null) as unknown, [], null, 'a', undefined].map(isObject)).toEqual([true, true, false, false, false, false])
  })
})

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item))
  if (!isObject(value)) return value
  const entries = Object.entries(value as Record<string, Json>).toReversed()
  return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]))
}
