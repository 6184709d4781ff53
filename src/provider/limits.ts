import { createBucket } from './bucket.ts'
import type { Bucket, Mark } from './bucket.ts'
import type { Usage } from './model.ts'
import { advertisedLimits } from './rate-headers.ts'
import type { Dimension } from './rate-headers.ts'

/** What a provider lets one credential do. Left out: not limited by us. */
export interface ProviderLimits {
  readonly rpm?: number
  readonly tpm?: number
  readonly itpm?: number
  readonly otpm?: number
  readonly concurrency?: number
  /** The part of a minute's limit that may be used at once; 0.1 when left out. */
  readonly burst?: number
  /** Whether input that is read from the cache counts in `itpm`, which it does not at most vendors. */
  readonly cacheReadsCount?: boolean
}

/** Tokens that a request is expected to need; `total` is all of its input, `uncached` what is not read from the cache. */
export interface Expected {
  readonly total: number
  readonly uncached: number
  /** The most that it may say. */
  readonly output: number
}

export interface Hindrance {
  readonly by: Dimension | 'concurrency' | 'frozen' | 'probe'
  /** Milliseconds; infinite where only the end of another request helps. */
  readonly ms: number
}

/** What became of an admitted request: its usage, nothing that was used, or nobody knows. */
export type Use = Usage | 'unused' | 'lost'

/** One request's share of the limits. */
export interface Pass {
  /** It goes out now: before that, nobody can go who needs what it leaves over. */
  sent(now: number): void
  /** The headers of the answer came. */
  heard(status: number, headers: Headers, now: number): void
  /** Gives the slot back, and what was reserved and not used. Only the first call counts. */
  end(use: Use, now: number): void
}

/** The limits of one provider. Nothing here waits: it is asked and told. */
export interface Gate {
  /** Undefined when a request may go now. */
  hindrance(expected: Expected, now: number): Hindrance | undefined
  take(expected: Expected, now: number): Pass
  /** A limit was hit: nobody goes before `until`, then one goes ahead of the others. */
  freeze(until: number, now: number): void
  /** Milliseconds that it is still frozen. */
  frozen(now: number): number
}

/** As long as a provider has not answered once, or not since it refused, one request goes ahead; it is waited for so long. */
const PROBE_MS = 5_000

/** Of a minute's output: what is to be left for those that end before a new request arrives. */
const SPARE = 0.02

const DIMENSIONS: readonly Dimension[] = ['rpm', 'tpm', 'itpm', 'otpm']

export function createGate(limits: ProviderLimits, now: number): Gate {
  const buckets = new Map<Dimension, Bucket>()
  for (const dimension of DIMENSIONS) {
    const limit = limits[dimension]
    if (limit !== undefined) buckets.set(dimension, createBucket(limit, limits.burst, now, dimension === 'rpm'))
  }
  // Some count what is said when it has been said: then many ends at one time are what is too much.
  const said = limits.otpm === undefined ? undefined : createBucket(limits.otpm, limits.burst, now)
  let active = 0
  let frozenUntil = now
  // Whose limits nobody told us, those need not be learned before a burst.
  let isUnproven = buckets.size > 0
  let probe: { readonly at: number } | undefined
  const prove = (own: object | undefined): void => {
    if (own === undefined || own !== probe) return
    isUnproven = false
    probe = undefined
  }
  return {
    hindrance(expected, time) {
      const frozen = frozenUntil - time
      if (frozen > 0) return { by: 'frozen', ms: Math.ceil(frozen) }
      if (limits.concurrency !== undefined && active >= limits.concurrency) return { by: 'concurrency', ms: Number.POSITIVE_INFINITY }
      if (isUnproven && probe !== undefined && time < probe.at + PROBE_MS) return { by: 'probe', ms: Math.ceil(probe.at + PROBE_MS - time) }
      const waits = [...buckets].map(([by, bucket]) => ({ by, ms: bucket.wait(amountOf(by, expected), time) }))
      if (said !== undefined) waits.push({ by: 'otpm', ms: said.wait(Math.min(expected.output, SPARE * (limits.otpm ?? 0)), time) })
      const longest = waits.reduce<Hindrance | undefined>((most, wait) => (wait.ms > (most?.ms ?? 0) ? wait : most), undefined)
      return longest
    },
    take(expected, time) {
      const own = isUnproven ? { at: time } : undefined
      probe = own ?? probe
      active += 1
      const marks = new Map([...buckets].map(([dimension, bucket]) => [dimension, bucket.take(amountOf(dimension, expected), time)]))
      let isOver = false
      const arrived = (at: number): void => marks.forEach((mark, dimension) => buckets.get(dimension)?.arrived(mark, at))
      return {
        sent: (at) => marks.forEach((mark, dimension) => buckets.get(dimension)?.sent(mark, at)),
        heard(status, headers, at) {
          arrived(at)
          calibrate(buckets, marks, headers, at)
          if (status !== 429) prove(own)
        },
        end(use, at) {
          if (isOver) return
          isOver = true
          active -= 1
          arrived(at)
          if (own !== undefined && own === probe) probe = undefined
          if (use !== 'unused') said?.take(use === 'lost' ? expected.output : use.output, at)
          if (use === 'lost') return
          for (const [dimension, bucket] of buckets) {
            if (use === 'unused' && dimension === 'rpm') continue
            bucket.give(amountOf(dimension, expected) - (use === 'unused' ? 0 : usedOf(dimension, use, limits)))
          }
        },
      }
    },
    freeze(until, time) {
      frozenUntil = Math.max(frozenUntil, until)
      isUnproven = true
      probe = undefined
      for (const bucket of buckets.values()) bucket.drain(frozenUntil, time)
    },
    frozen: (time) => Math.max(0, frozenUntil - time),
  }
}

function calibrate(buckets: ReadonlyMap<Dimension, Bucket>, marks: ReadonlyMap<Dimension, Mark>, headers: Headers, now: number): void {
  for (const [dimension, { limit, remaining }] of advertisedLimits(headers)) {
    const [bucket, mark] = [buckets.get(dimension), marks.get(dimension)]
    if (bucket === undefined || mark === undefined) continue
    if (limit !== undefined) bucket.lower(limit, now)
    if (remaining !== undefined) bucket.calibrate(mark, remaining)
  }
}

function amountOf(dimension: Dimension, { total, uncached, output }: Expected): number {
  switch (dimension) {
    case 'rpm': return 1
    case 'tpm': return total + output
    case 'itpm': return uncached
    case 'otpm': return output
  }
}

function usedOf(dimension: Dimension, usage: Usage, { cacheReadsCount = false }: ProviderLimits): number {
  switch (dimension) {
    case 'rpm': return 1
    case 'tpm': return usage.input + usage.cacheRead + usage.cacheWrite + usage.output
    case 'itpm': return usage.input + usage.cacheWrite + (cacheReadsCount ? usage.cacheRead : 0)
    case 'otpm': return usage.output
  }
}
