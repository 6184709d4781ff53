/** What a simulated vendor allows in a minute, and how much of it at once. */
export interface QuotaLimits {
  readonly rpm?: number
  readonly itpm?: number
  readonly otpm?: number
  readonly tpm?: number
  /** The part of a minute's limit that a bucket holds. */
  readonly burst: number
  /** `reserve`: the most that may be said is charged at the start and corrected at the end. `actual`: what was said, at the end. */
  readonly charging: 'reserve' | 'actual'
  readonly vendor: 'anthropic' | 'openai'
}

export interface QuotaAsk {
  readonly input: number
  readonly cacheRead: number
  readonly maxOutput: number
}

export interface QuotaAnswer {
  readonly admitted: boolean
  readonly headers: Readonly<Record<string, string>>
  /** To be called with what was said, when the answer is at its end. */
  end(output: number, now: number): void
}

type Name = 'rpm' | 'itpm' | 'otpm' | 'tpm'

interface Tank {
  readonly limit: number
  readonly cap: number
  level: number
  at: number
}

/** A vendor's rate limits as continuous token buckets. Times in milliseconds, of whatever clock. */
export interface Quota {
  ask(ask: QuotaAsk, now: number): QuotaAnswer
  readonly counts: { admitted: number; refused: number; input: number; output: number }
}

export function createQuota(limits: QuotaLimits, start: number): Quota {
  const tanks = new Map<Name, Tank>()
  for (const name of ['rpm', 'itpm', 'otpm', 'tpm'] as const) {
    const limit = limits[name]
    if (limit === undefined) continue
    const cap = Math.max(1, limit * limits.burst)
    tanks.set(name, { limit, cap, level: cap, at: start })
  }
  const counts = { admitted: 0, refused: 0, input: 0, output: 0 }
  return {
    counts,
    ask(ask, now) {
      const needs = new Map([...tanks.keys()].map((name) => [name, needOf(name, ask, limits.charging)]))
      const short = [...tanks].filter(([name, tank]) => filled(tank, now) + 1e-9 < Math.min(needs.get(name) ?? 0, tank.cap))
      if (short.length > 0) {
        counts.refused += 1
        const waits = short.map(([name, tank]) => (Math.min(needs.get(name) ?? 0, tank.cap) - tank.level) / (tank.limit / 60_000))
        const seconds = String(Math.max(1, Math.ceil(Math.max(...waits) / 1000)))
        return { admitted: false, headers: { ...headersOf(tanks, limits.vendor), 'retry-after': seconds }, end: () => {} }
      }
      counts.admitted += 1
      counts.input += ask.input
      for (const [name, tank] of tanks) tank.level -= needs.get(name) ?? 0
      return {
        admitted: true, headers: headersOf(tanks, limits.vendor),
        end(output, at) {
          counts.output += output
          for (const name of ['otpm', 'tpm'] as const) {
            const tank = tanks.get(name)
            if (tank === undefined) continue
            filled(tank, at)
            tank.level = Math.min(tank.cap, tank.level + (limits.charging === 'reserve' ? ask.maxOutput : 0) - output)
          }
        },
      }
    },
  }
}

function needOf(name: Name, { input, cacheRead, maxOutput }: QuotaAsk, charging: QuotaLimits['charging']): number {
  const output = charging === 'reserve' ? maxOutput : 0
  switch (name) {
    case 'rpm': return 1
    case 'itpm': return input
    // An empty tank refuses, whatever is charged later.
    case 'otpm': return charging === 'reserve' ? output : 0
    case 'tpm': return input + cacheRead + output
  }
}

function filled(tank: Tank, now: number): number {
  if (now > tank.at) {
    tank.level = Math.min(tank.cap, tank.level + (now - tank.at) * (tank.limit / 60_000))
    tank.at = now
  }
  return tank.level
}

const WORDS: Readonly<Record<Name, string>> = { rpm: 'requests', itpm: 'input-tokens', otpm: 'output-tokens', tpm: 'tokens' }

function headersOf(tanks: ReadonlyMap<Name, Tank>, vendor: QuotaLimits['vendor']): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, tank] of tanks) {
    const remaining = String(Math.max(0, Math.floor(tank.level)))
    const fullIn = (tank.cap - tank.level) / (tank.limit / 60_000)
    if (vendor === 'anthropic') {
      headers[`anthropic-ratelimit-${WORDS[name]}-limit`] = String(tank.limit)
      headers[`anthropic-ratelimit-${WORDS[name]}-remaining`] = remaining
    } else if (name === 'rpm' || name === 'tpm') {
      headers[`x-ratelimit-limit-${WORDS[name]}`] = String(tank.limit)
      headers[`x-ratelimit-remaining-${WORDS[name]}`] = remaining
      headers[`x-ratelimit-reset-${WORDS[name]}`] = `${(fullIn / 1000).toFixed(3)}s`
    }
  }
  return headers
}
