import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUsd, picoToDecimal, picoToUsd, pricePerToken, usdToPico } from '../../../src/base/money.ts'

describe('money', () => {
  it.each([
    [0, 0n],
    [0.1, 100_000_000_000n],
    [5, 5_000_000_000_000n],
    [1e-12, 1n],
    [4.9e-13, 0n],
    [5e-13, 1n],
    [0.30000000000000004, 300_000_000_000n],
    [1e9, 10n ** 21n],
  ])('takes %d dollars as the decimal number that was written', (usd, pico) => {
    expect(usdToPico(usd)).toBe(pico)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1.1e9])('refuses the amount %d', (usd) => {
    expect(usdToPico(usd)).toBeUndefined()
    expect(pricePerToken(usd)).toBeUndefined()
  })

  it.each([
    [3, 3_000_000n],
    [0.3, 300_000n],
    [3.75, 3_750_000n],
    [0.0000005, 1n],
  ])('makes a price of %d per million tokens exact for one token', (usd, pico) => {
    expect(pricePerToken(usd)).toBe(pico)
  })

  it.each([
    [0n, '0'],
    [1n, '0.000000000001'],
    [123_000_000n, '0.000123'],
    [1_500_000_000_000n, '1.5'],
    [-20_000_000_000_000n, '-20'],
  ])('writes %d pico-dollars without trailing zeros', (pico, text) => {
    expect(picoToDecimal(pico)).toBe(text)
  })

  it.each([
    [0n, '$0'],
    [99_999_999n, '<$0.0001'],
    [100_000_000n, '$0.0001'],
    [12_345_000_000n, '$0.0123'],
    [5_000_000_000_000n, '$5.0000'],
    [-12_300_000_000n, '$-0.0123'],
  ])('shows %d pico-dollars to people', (pico, text) => {
    expect(formatUsd(pico)).toBe(text)
  })

  it('loses nothing between dollars and pico-dollars for what people write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (cents) => {
        expect(usdToPico(cents / 100)).toBe(BigInt(cents) * 10_000_000_000n)
        expect(picoToUsd(BigInt(cents) * 10_000_000_000n)).toBe(cents / 100)
      }),
    )
  })

  it('writes decimals that mean the very amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (pico) => {
        const [whole = '', fraction = ''] = picoToDecimal(pico).replace('-', '').split('.')
        const size = BigInt(whole + fraction.padEnd(12, '0'))
        expect(pico < 0n ? -size : size).toBe(pico)
      }),
    )
  })
})
