import { describe, expect, it } from 'vitest'
import { usdToPico } from '../../../src/base/money.ts'
import { mostCost, mostInputTokens, mostTokenCost } from '../../../src/provider/bound.ts'
import type { ModelRequest, Usage } from '../../../src/provider/model.ts'
import { costOf } from '../../../src/provider/price.ts'
import type { LanePrice } from '../../../src/provider/price.ts'
import { findPrice } from '../../../src/provider/prices.ts'
import rows from '../../../src/provider/prices.json' with { type: 'json' }
import costs from './costs.json' with { type: 'json' }
import { REQUEST } from './rig.ts'

/** Provider, model, tokens (input, output, read from the cache, written to it, and the part of that which is kept for an hour), dollars. */
type Worked = readonly [string, string, readonly [number, number, number, number, number], string]

function priceOf(type: string, model: string, own: readonly [string, LanePrice][] = []): LanePrice | undefined {
  return findPrice({ type, prices: new Map(own) }, model)
}

function cost(type: string, model: string, usage: Partial<Usage>): bigint {
  return costOf({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, ...usage }, priceOf(type, model) ?? 'free')
}

describe('the price table', () => {
  it('says of every row where and when it was read, and names no model twice', () => {
    for (const row of rows) {
      expect(row.source).toMatch(/^https:\/\//)
      expect(row.checked).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(row.cache_read).toBeLessThanOrEqual(row.input)
      expect(row.output).toBeGreaterThan(row.input)
      if (row.cache_write !== undefined) expect(row.cache_write).toBeCloseTo(row.input * 1.25, 10)
      if (row.cache_write_1h !== undefined) expect(row.cache_write_1h).toBeCloseTo(row.input * 2, 10)
    }
    const names = rows.flatMap((row) => row.models.map((model) => `${row.provider}/${model}`))
    expect(new Set(names).size).toBe(names.length)
  })

  it('matches a model exactly and at its own vendor only', () => {
    expect(priceOf('anthropic', 'claude-sonnet-4-5')).toEqual({
      input: 3_000_000n, output: 15_000_000n, cacheRead: 300_000n, cacheWrite: 3_750_000n, cacheWriteHour: 6_000_000n,
    })
    expect(priceOf('openai', 'gpt-5-nano')).toEqual({ input: 50_000n, output: 400_000n, cacheRead: 5_000n, cacheWrite: 50_000n })
    for (const model of [
      'claude-sonnet-4', 'claude-sonnet-4-5-latest', 'Claude-Sonnet-4-5', 'claude-sonnet-4-5 ', 'constructor', '__proto__', '',
    ]) {
      expect(priceOf('anthropic', model)).toBeUndefined()
    }
    expect(priceOf('openai-compatible', 'gpt-5')).toBeUndefined()
    expect(priceOf('openai', 'claude-sonnet-4-5')).toBeUndefined()
  })

  it('is overruled by the author, who may say free, and serves what is replayed', () => {
    const own: LanePrice = { input: 1n, output: 2n, cacheRead: 3n, cacheWrite: 4n }
    expect(priceOf('anthropic', 'claude-sonnet-4-5', [['claude-sonnet-4-5', own]])).toEqual(own)
    expect(priceOf('openai-compatible', 'qwen3-coder', [['qwen3-coder', 'free']])).toBe('free')
    expect(priceOf('replay', 'claude-sonnet-4-5')).toEqual(priceOf('anthropic', 'claude-sonnet-4-5'))
    expect(priceOf('replay', 'unheard-of')).toBeUndefined()
  })
})

/** Pico-dollars of an amount as it is written down, without a float on the way. */
function exactly(usd: string): bigint {
  const [whole = '', part = ''] = usd.split('.')
  return BigInt(whole + part.padEnd(12, '0'))
}

describe('the cost of a call', () => {
  it('is what was worked out elsewhere for 120 of them, and never above what is held', () => {
    expect(costs.length).toBeGreaterThanOrEqual(60)
    for (const [type, model, [input, output, cacheRead, cacheWrite, cacheWriteHour], usd] of costs as unknown as readonly Worked[]) {
      const price = priceOf(type, model)
      if (price === undefined) throw new Error(`no price of ${model}`)
      const found = costOf({ input, output, cacheRead, cacheWrite, cacheWriteHour }, price)
      expect([model, found]).toEqual([model, exactly(usd)])
      expect(mostTokenCost(input + cacheRead + cacheWrite, output, price, true) >= found).toBe(true)
    }
  })

  it('is exact to the pico-dollar, each kind of token at its own price', () => {
    expect(
      cost('anthropic', 'claude-sonnet-4-5', { input: 1_000, output: 500, cacheRead: 20_000, cacheWrite: 3_000 }),
    ).toBe(usdToPico(0.003 + 0.0075 + 0.006 + 0.01125))
    expect(cost('openai', 'gpt-5-nano', { input: 1, output: 1, cacheRead: 1 })).toBe(455_000n)
    expect(costOf({ input: 9, output: 9, cacheRead: 9, cacheWrite: 9 }, 'free')).toBe(0n)
  })

  it('counts what is kept for an hour at its own price, in the bound too where that may happen', () => {
    expect(cost('anthropic', 'claude-sonnet-4-5', { cacheWrite: 3_000, cacheWriteHour: 1_000 })).toBe(2_000n * 3_750_000n + 1_000n * 6_000_000n)
    expect(cost('openai', 'gpt-5', { cacheWrite: 10, cacheWriteHour: 10 })).toBe(10n * 1_250_000n)
    const price = priceOf('anthropic', 'claude-sonnet-4-5') ?? 'free'
    expect([mostTokenCost(100, 0, price), mostTokenCost(100, 0, price, true)]).toEqual([375_000_000n, 600_000_000n])
  })

  it('is that of the long tier for the whole request, from one token above the border on', () => {
    expect(
      cost('anthropic', 'claude-haiku-5-5', { input: 50_000, cacheRead: 50_000, output: 10 }),
    ).toBe(5_000_000_000n + 500_000_000n + 5_000_000n)
    expect(
      cost('anthropic', 'claude-haiku-5-5', { input: 50_001, cacheRead: 50_000, output: 10 }),
    ).toBe(25_000_500_000n + 2_500_000_000n + 25_000_000n)
  })
})

describe('the bound of a call', () => {
  const request = (text: string): ModelRequest => ({ ...REQUEST, system: undefined, tools: [], messages: [{ role: 'user', text }] })

  it('counts bytes, so that no script can have more tokens', () => {
    expect(mostInputTokens(request('日本語')) - mostInputTokens(request(''))).toBe(9)
    expect(mostInputTokens(request('🙂')) - mostInputTokens(request(''))).toBe(4)
  })

  it('counts everything that is sent', () => {
    const whole: ModelRequest = {
      ...REQUEST,
      messages: [
        { role: 'user', text: 'u'.repeat(1000) },
        {
          role: 'assistant', text: 'a'.repeat(1000), opaque: { provider: 'p', content: 'o'.repeat(1000) },
          toolCalls: [{ id: 'i', name: 'n', input: {}, text: 't'.repeat(1000) }],
        },
        { role: 'tool', results: [{ id: 'i', name: 'n', output: 'r'.repeat(1000), isError: false }] },
      ],
    }
    expect(mostInputTokens(whole)).toBeGreaterThan(5000 + JSON.stringify(REQUEST.tools).length)
  })

  it('takes the dearest kind of input, all of the output, and the long tier where it could apply', () => {
    const sonnet = priceOf('anthropic', 'claude-sonnet-4-5') ?? 'free'
    expect(mostCost(request(''), sonnet)).toBe(1056n * 3_750_000n + 1000n * 15_000_000n)
    const haiku = priceOf('anthropic', 'claude-haiku-5-5') ?? 'free'
    expect(mostCost(request('x'.repeat(100_000)), haiku)).toBe(101_056n * 625_000n + 1000n * 2_500_000n)
    expect(mostCost(request('x'), 'free')).toBe(0n)
  })
})
