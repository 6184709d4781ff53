import { pricePerToken } from '../base/money.ts'
import type { LanePrice, Price, TokenPrices } from './price.ts'
import rows from './prices.json' with { type: 'json' }

/** The part of a provider that its prices depend on. */
export interface PricedProvider {
  readonly type: string
  /** The author's own, which overrule ours. */
  readonly prices: ReadonlyMap<string, LanePrice>
}

/**
 * What a model costs at a provider: the author's price, else ours for exactly this type and model; a look-alike never matches.
 * A replayed model costs what it cost its vendor. Undefined where no price is known: such a call must be refused.
 */
export function findPrice(provider: PricedProvider, model: string): LanePrice | undefined {
  const own = provider.prices.get(model)
  if (own !== undefined) return own
  const ours = (provider.type === 'replay' ? [...table().values()] : [table().get(provider.type)]).map((models) => models?.get(model))
  return ours.find((price) => price !== undefined)
}

/** Tokens of input and output together that exactly this model takes at its vendor; undefined where that is not known. */
export function findWindow(type: string, model: string): number | undefined {
  return rows.find((row) => (row.provider === type || type === 'replay') && row.models.includes(model))?.window
}

interface PriceRow {
  readonly input: number
  readonly output: number
  readonly cache_read: number
  readonly cache_write?: number
  readonly cache_write_1h?: number
}

let known: ReadonlyMap<string, ReadonlyMap<string, Price>> | undefined

/** Read with the first question: most runs ask none. */
function table(): ReadonlyMap<string, ReadonlyMap<string, Price>> {
  return (known ??= readTable())
}

function readTable(): Map<string, Map<string, Price>> {
  const byProvider = new Map<string, Map<string, Price>>()
  for (const row of rows) {
    const models = byProvider.get(row.provider) ?? new Map<string, Price>()
    byProvider.set(row.provider, models)
    const long = row.long && { long: { above: row.long.above, ...tokenPrices(row.long) } }
    for (const model of row.models) models.set(model, { ...tokenPrices(row), ...long })
  }
  return byProvider
}

/** Where writing to the cache has no price of its own, it costs what input costs. */
function tokenPrices(row: PriceRow): TokenPrices {
  const [input, output, cacheRead] = [perToken(row.input), perToken(row.output), perToken(row.cache_read)]
  const hour = row.cache_write_1h === undefined ? {} : { cacheWriteHour: perToken(row.cache_write_1h) }
  return { input, output, cacheRead, cacheWrite: row.cache_write === undefined ? input : perToken(row.cache_write), ...hour }
}

function perToken(usdPerMillion: number): bigint {
  const price = pricePerToken(usdPerMillion)
  if (price === undefined) throw new Error(`the price table holds ${usdPerMillion}`)
  return price
}
