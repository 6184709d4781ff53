/** What a limit is, by the words of the pipeline language. */
export type Dimension = 'rpm' | 'tpm' | 'itpm' | 'otpm'

export interface Advertised {
  readonly limit: number | undefined
  readonly remaining: number | undefined
}

const NAMES: readonly (readonly [Dimension, string])[] = [
  ['rpm', 'requests'], ['tpm', 'tokens'], ['itpm', 'input-tokens'], ['otpm', 'output-tokens'],
]

/** The limits that an answer's headers tell, in either vendor's words. */
export function advertisedLimits(headers: Headers): ReadonlyMap<Dimension, Advertised> {
  const found = new Map<Dimension, Advertised>()
  for (const [dimension, name] of NAMES) {
    const limit = count(headers.get(`anthropic-ratelimit-${name}-limit`) ?? headers.get(`x-ratelimit-limit-${name}`))
    const remaining = count(headers.get(`anthropic-ratelimit-${name}-remaining`) ?? headers.get(`x-ratelimit-remaining-${name}`))
    if (limit !== undefined || remaining !== undefined) found.set(dimension, { limit, remaining })
  }
  return found
}

function count(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text.trim()) ? Number(text) : undefined
}
