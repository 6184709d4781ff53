import type { Pico } from '../base/money.ts'
import type { Usage } from './model.ts'

/** Pico-dollars per token. */
export interface TokenPrices {
  readonly input: Pico
  readonly output: Pico
  readonly cacheRead: Pico
  readonly cacheWrite: Pico
  /** What is kept for an hour; left out: it costs what `cacheWrite` costs. */
  readonly cacheWriteHour?: Pico
}

export interface Price extends TokenPrices {
  /** For requests whose whole input is above so many tokens: then these hold for every token of the request. */
  readonly long?: TokenPrices & { readonly above: number }
}

/** What a lane costs; `free` is a price of nothing that somebody chose. */
export type LanePrice = 'free' | Price

/** The exact cost of a call whose usage is known. */
export function costOf(usage: Usage, price: LanePrice): Pico {
  if (price === 'free') return 0n
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  const tier = price.long !== undefined && prompt > price.long.above ? price.long : price
  const hour = Math.min(usage.cacheWriteHour ?? 0, usage.cacheWrite)
  return (
    BigInt(usage.input) * tier.input + BigInt(usage.output) * tier.output + BigInt(usage.cacheRead) * tier.cacheRead +
    BigInt(usage.cacheWrite - hour) * tier.cacheWrite + BigInt(hour) * (tier.cacheWriteHour ?? tier.cacheWrite)
  )
}
