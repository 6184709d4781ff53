import { describe, expect, it } from 'vitest'
import { matrixCells, matrixNodes } from '../../../src/plan/matrix.ts'

const table = (lists: Record<string, (string | number)[]>, include: Record<string, string | number>[] = [], exclude: Record<string, string | number>[] = []) =>
  ({ dimensions: new Map(Object.entries(lists)), include, exclude })

describe('a matrix', () => {
  it('is all combinations, the last dimension turning fastest', () => {
    expect(matrixCells(table({ os: ['linux', 'mac'], node: [20, 22] }))).toEqual([
      { os: 'linux', node: 20 }, { os: 'linux', node: 22 }, { os: 'mac', node: 20 }, { os: 'mac', node: 22 },
    ])
  })

  it('loses the cells that an exclusion fits', () => {
    expect(matrixCells(table({ os: ['linux', 'mac'], node: [20, 22] }, [], [{ os: 'mac', node: 20 }, { node: 22 }]))).toEqual([{ os: 'linux', node: 20 }])
  })

  it('follows the example of GitHub for include', () => {
    const cells = matrixCells(table({ fruit: ['apple', 'pear'], animal: ['cat', 'dog'] }, [
      { color: 'green' }, { color: 'pink', animal: 'cat' }, { fruit: 'apple', shape: 'circle' }, { fruit: 'banana' }, { fruit: 'banana', animal: 'cat' },
    ]))
    expect(cells).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ])
  })

  it('may be of includes alone', () => {
    expect(matrixCells(table({}, [{ x: 1 }, { x: 2 }]))).toEqual([{ x: 1 }, { x: 2 }])
  })

  it('of more than ten thousand cells is refused without being laid out', () => {
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const ten = Object.fromEntries('abcdefghij'.split('').map((name) => [name, digits]))
    expect(matrixCells(table(ten))).toBeUndefined()
    expect(matrixCells(table({ a: digits, b: digits, c: digits, d: digits }))).toHaveLength(10_000)
  })

  it('names its nodes readably, and each differently', () => {
    const ids = matrixNodes('test', [{ node: 20, os: 'linux' }, { node: 20, os: 'linux' }, { v: 'a b,(c)' }, { v: 'a-b-c' }, { v: { deep: 1 } }, { v: '🚀' }]).map((node) => node.id)
    expect(ids.slice(0, 2)).toEqual(['test(node=20,os=linux)', 'test(node=20,os=linux)#2'])
    expect(ids[2]).toMatch(/^test\(v=a-b-c-~[0-9a-f]{8}\)$/)
    expect(ids[3]).toBe('test(v=a-b-c)')
    expect(ids[5]).toBe('test(v=🚀)')
    expect(new Set(ids).size).toBe(ids.length)
  })
})
