import { calcPrice } from '@pydantic/genai-prices'
import { expect, it } from 'vitest'
import rows from '../../../src/provider/prices.json' with { type: 'json' }

/** Where our table says otherwise than the independent one, and why ours stands. What is no longer so must go from here. */
const EXPLAINED: Readonly<Record<string, string>> = {
  // It knows no such model and takes the price of the one whose name this one begins with; the vendor halved the cached input.
  'claude-sonnet-5-5': 'read 0.1, there 0.2',
  // It knows no such model.
  'claude-haiku-5-5': 'input 0.1, there null; output 0.5, there null; read 0.01, there null; write 0.125, there null; long input 0.5, there null',
  // It has no price for the long context of these two; the vendor's page has, and the dearer one is held.
  'claude-sonnet-4-0': 'long input 6, there 3',
  'claude-sonnet-4-20250514': 'long input 6, there 3',
}

/** USD per million tokens there, by a call that is small or just above the border of a tier; no rounding of theirs is seen. */
function there(provider: string, model: string, usage: Record<string, number>, count: number): number | null {
  const found = calcPrice(usage, model, { providerId: provider, timestamp: new Date('2026-11-27') })
  return found === null ? null : Math.round((found.total_price / count) * 1e12) / 1e6
}

it('every window agrees with an independent table, and says where it was read', () => {
  const windows = rows.flatMap((row) => ('window' in row ? row.models.map((model) => ({ ...row, model })) : []))
  expect(windows.length).toBeGreaterThan(14)
  for (const { provider, model, window, window_source } of windows) {
    const elsewhere = calcPrice({ input_tokens: 1 }, model, { providerId: provider, timestamp: new Date('2026-11-27') })?.model.context_window
    expect([model, window]).toEqual([model, elsewhere])
    expect(window_source).toMatch(/^https:\/\//)
  }
})

it('every price agrees with an independent table, save what is explained', () => {
  const differences = rows.flatMap((row) => row.models.flatMap((model) => {
    const priced = (usage: Record<string, number>, count = 10_000): number | null => there(row.provider, model, usage, count)
    const count = 10_000
    const above = (row.long?.above ?? 0) + 1_000
    const both: readonly (readonly [string, number | undefined, number | null])[] = [
      ['input', row.input, priced({ input_tokens: count })],
      ['output', row.output, priced({ output_tokens: count })],
      ['read', row.cache_read, priced({ input_tokens: count, cache_read_tokens: count })],
      ['write', row.cache_write, priced({ input_tokens: count, cache_write_tokens: count })],
      ['long input', row.long?.input, priced({ input_tokens: above }, above)],
    ]
    const told = both.filter(([, ours, theirs]) => ours !== undefined && ours !== theirs)
    return told.length === 0 ? [] : [[model, told.map(([what, ours, theirs]) => `${what} ${ours}, there ${theirs}`).join('; ')]]
  }))
  expect(Object.fromEntries(differences)).toEqual(EXPLAINED)
})
