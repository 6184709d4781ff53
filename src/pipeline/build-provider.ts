import { pricePerToken } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import { buildDuration, buildMap } from './build-values.ts'
import type { PriceSpec, ProviderSpec, ProviderType } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'
import type { PriceText } from './vocabulary/provider.ts'

type ProviderText = NonNullable<PipelineText['providers']>[string]

/** Where a provider's key is looked for if its author names no variable. */
const KEY_ENV: Readonly<Record<ProviderType, string | undefined>> = {
  anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY', 'openai-compatible': undefined, replay: undefined,
}

export function buildProvider(name: string, provider: ProviderText): ProviderSpec {
  return {
    name,
    type: provider.type,
    apiKeyEnv: provider.api_key_env ?? KEY_ENV[provider.type],
    baseUrl: provider.base_url,
    headers: Object.fromEntries(Object.entries(provider.headers ?? {})),
    timeoutMs: buildDuration(provider.timeout),
    prices: buildMap(provider.prices, (_model, price) => buildPrice(price)),
    recording: provider.recording,
  }
}

/** Where the cache has no price of its own, it costs what input costs. */
function buildPrice(price: 'free' | PriceText): PriceSpec {
  if (price === 'free') return 'free'
  const input = perToken(price.input)
  return {
    input,
    output: perToken(price.output),
    cacheRead: price.cache_read === undefined ? input : perToken(price.cache_read),
    cacheWrite: price.cache_write === undefined ? input : perToken(price.cache_write),
  }
}

function perToken(usdPerMillion: number): Pico {
  const price = pricePerToken(usdPerMillion)
  if (price === undefined) throw new Error(`the schema let a price of ${usdPerMillion} pass`)
  return price
}
