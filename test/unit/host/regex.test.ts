import { describe, expect, it } from 'vitest'
import { PortError } from '../../../src/base/ports.ts'
import { createPatterns } from '../../../src/host/regex.ts'

const patterns = createPatterns()
const ENDLESS = '^(a+)+$'
const BAIT = `${'a'.repeat(44)}!`

describe('patterns', () => {
  it('say whether a text matches', async () => {
    expect(await patterns.test('^b.d$', 'ms', 'abc\nbcd', 5000)).toBe('match')
    expect(await patterns.test('^b.d$', '', 'abc\nbcd', 5000)).toBe('no-match')
  })

  it('name the lines that match, whatever ends them', async () => {
    expect(await patterns.matchLines('b$', '', ['a\nb\r\nbb', '', 'b\n', 'x'], 5000)).toEqual([[2, 3], [], [1], []])
  })

  it('match every line anew when the flags keep a state', async () => {
    expect(await patterns.matchLines('a', 'g', ['xa\na\na'], 5000)).toEqual([[1, 2, 3]])
  })

  it('are given up when their time is over, and go on with the next one', async () => {
    expect(await patterns.test(ENDLESS, '', BAIT, 100)).toBe('timeout')
    expect(await patterns.matchLines(ENDLESS, '', ['aa', BAIT], 100)).toBe('timeout')
    expect(await patterns.test(ENDLESS, '', 'aaa', 5000)).toBe('match')
  })

  it('do not wait for each other', async () => {
    const answers = await Promise.all([
      patterns.test(ENDLESS, '', BAIT, 300),
      patterns.test('a', '', 'a', 5000),
      patterns.test('a', '', 'b', 5000),
      patterns.test('b', '', 'b', 5000),
    ])
    expect(answers).toEqual(['timeout', 'match', 'no-match', 'match'])
  })

  it('refuse what does not compile', async () => {
    await expect(patterns.test('(', '', 'a', 5000)).rejects.toThrow(PortError)
    await expect(patterns.test('a', 'zz', 'a', 5000)).rejects.toMatchObject({ code: 'EINVAL' })
  })
})
