import type { Clock } from '../../../src/base/ports.ts'
import { err, ok } from '../../../src/base/result.ts'
import type { ModelRequest, Provider, Usage } from '../../../src/provider/model.ts'
import { retryAfter } from '../../../src/provider/retry-after.ts'
import type { Quota } from '../../simulator/quota.ts'
import { failure, replyWith } from './fake-provider.ts'

/** What one call really needs, which the caller can only guess. */
export interface Truth {
  readonly usage: Usage
  readonly ms: number
}

/** A provider with a vendor's limits and nothing else, for as many calls as one likes. `way`: from us to it, in milliseconds. */
export function quotaProvider(quota: Quota, clock: Clock, truth: (request: ModelRequest) => Truth, way: () => number = () => 0): Provider {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))
  return {
    name: 'p',
    async call(request, { onSent, onHeaders }) {
      const { usage, ms } = truth(request)
      onSent?.()
      await pause(way())
      const ask = { input: usage.input + usage.cacheWrite, cacheRead: usage.cacheRead, maxOutput: request.maxOutputTokens }
      const answer = quota.ask(ask, clock.elapsed())
      const headers = new Headers(answer.headers)
      await pause(way())
      onHeaders?.(answer.admitted ? 200 : 429, headers)
      if (!answer.admitted) {
        return err(failure('rate-limited', { status: 429, retryAfterMs: retryAfter(headers, undefined, clock.now()) }))
      }
      await pause(ms)
      answer.end(usage.output, clock.elapsed())
      await pause(way())
      return ok(replyWith(usage))
    },
  }
}

/** Numbers that look random and are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
