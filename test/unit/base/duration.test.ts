import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, LONGEST_MS, parseDuration } from '../../../src/base/duration.ts'

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['2d', 172_800_000],
    ['366d', LONGEST_MS],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '10', '0s', '0m', '-1s', '1 h', '1H', '1e3s', 's', '367d', '1.2345s', '0.0001s', '10sx', '1234567890s'])('is not `%s`', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it.each([
    [0, '0ms'],
    [340.4, '340ms'],
    [4200, '4.2s'],
    [59_949, '59.9s'],
    [59_950, '1m 00s'],
    [185_000, '3m 05s'],
    [3_599_600, '1h 00m'],
    [3_720_000, '1h 02m'],
    [90_000_000, '25h 00m'],
  ])('of %d milliseconds reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('is read from whole numbers of each unit', () => {
    const units = fc.constantFrom(['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000] as const)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8000 }), units, (count, [unit, size]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * size)
      }),
    )
  })
})
