import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineSum } from '../../../src/plan/line-sum.ts'

describe('a sum over turns', () => {
  it('is the same as adding one by one, wherever a dearer price begins', () => {
    const amount = fc.bigInt(0n, 1000n)
    fc.assert(fc.property(fc.nat(400), fc.nat(400), fc.nat(500), amount, amount, amount, amount, (first, turns, edge, base, rate, extra, steeper) => {
      const at = (turn: number): bigint => base + rate * BigInt(turn) + (turn >= edge ? extra + steeper * BigInt(turn) : 0n)
      let sum = 0n
      for (let turn = first; turn < first + turns; turn += 1) sum += at(turn)
      expect(lineSum(first, first + turns - 1, at)).toBe(sum)
    }), { numRuns: 2000 })
  })

  it('asks for few of a hundred thousand turns', () => {
    let asked = 0
    const sum = lineSum(0, 99_999, (turn) => {
      asked += 1
      return BigInt(turn) * (turn > 70_000 ? 3n : 2n)
    })
    expect(sum).toBe(99_999n * 100_000n + (99_999n * 100_000n - 70_000n * 70_001n) / 2n)
    expect(asked).toBeLessThan(200)
  })

  it('is nothing for no turn', () => {
    expect(lineSum(1, 0, () => 5n)).toBe(0n)
  })
})
