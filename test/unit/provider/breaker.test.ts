import { describe, expect, it } from 'vitest'
import { BREAKER, createBreaker } from '../../../src/provider/breaker.ts'
import type { Breaker, LaneResult } from '../../../src/provider/breaker.ts'

function breaker(fraction = 0.5): Breaker {
  return createBreaker(BREAKER, { fraction: () => fraction })
}

function report(of: Breaker, results: readonly LaneResult[], now: number): void {
  for (const result of results) of.take().report(result, now)
}

describe('a breaker', () => {
  it('opens after three failures in a row, for about fifteen seconds', () => {
    for (const [fraction, ms] of [[0, 12_000], [0.5, 15_000], [1, 18_000]] as const) {
      const one = breaker(fraction)
      report(one, ['failure', 'failure', 'success', 'failure', 'failure'], 0)
      expect(one.barred(0)).toBeUndefined()
      report(one, ['failure'], 100)
      expect(one.barred(100)).toEqual({ because: 'breaker-open', until: 100 + ms })
      expect(one.barred(100 + ms)).toBeUndefined()
    }
  })

  it('opens when half of six calls within a minute failed, and forgets what is older', () => {
    const one = breaker()
    report(one, ['failure', 'failure', 'success', 'failure', 'success'], 0)
    report(one, ['failure'], 60_001)
    expect(one.barred(60_001)).toBeUndefined()
    const two = breaker()
    report(two, ['failure', 'failure', 'success', 'success', 'failure'], 0)
    expect(two.barred(0)).toBeUndefined()
    report(two, ['failure'], 59_000)
    expect(two.barred(59_000)).toMatchObject({ because: 'breaker-open' })
  })

  it('lets one call try after the pause, and closes when that succeeds', () => {
    const one = breaker()
    report(one, ['failure', 'failure', 'failure'], 0)
    const trial = one.take()
    expect(one.barred(15_000)).toEqual({ because: 'breaker-half-open', until: 16_000 })
    trial.report('success', 15_100)
    expect(one.barred(15_100)).toBeUndefined()
    report(one, ['failure', 'failure'], 15_200)
    expect(one.barred(15_200)).toBeUndefined()
  })

  it('pauses longer the longer it has been broken, but five minutes at most', () => {
    const one = breaker()
    report(one, ['failure', 'failure', 'failure'], 0)
    const pauses: number[] = []
    for (let now = 15_000; pauses.length < 14;) {
      one.take().report('failure', now)
      const until = one.barred(now)?.until ?? 0
      pauses.push(until - now)
      now = until
    }
    expect(pauses.slice(0, 4).map(Math.round)).toEqual([15_000, 15_000, 18_000, 25_200])
    expect(pauses.at(-1)).toBe(300_000)
  })

  it('gives the trial to the next one when it told nothing', () => {
    const one = breaker()
    report(one, ['failure', 'failure', 'failure'], 0)
    one.take().report('none', 15_000)
    expect(one.barred(15_000)).toBeUndefined()
    one.take()
    expect(one.barred(15_001)).toMatchObject({ because: 'breaker-half-open' })
  })

  it('does not listen to what comes late, or twice', () => {
    const one = breaker()
    const late = one.take()
    const twice = one.take()
    report(one, ['failure', 'failure', 'failure'], 0)
    late.report('success', 1)
    expect(one.barred(1)).toMatchObject({ because: 'breaker-open', until: 15_000 })
    const trial = one.take()
    twice.report('failure', 15_000)
    trial.report('success', 15_000)
    trial.report('fatal', 15_000)
    expect(one.barred(15_000)).toBeUndefined()
  })

  it('stays shut where a credential was refused', () => {
    const one = breaker()
    report(one, ['fatal'], 0)
    expect(one.barred(1e12)).toEqual({ because: 'breaker-latched', until: Number.POSITIVE_INFINITY })
  })
})
