import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Caller } from '../../../src/provider/caller.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import type { CallerSettings } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Ledger } from '../../../src/provider/ledger.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { failure, listener } from './fake-provider.ts'
import { PRICE } from './route-rig.ts'
import { neverAborted } from './rig.ts'
import { createVirtualClock } from './virtual-clock.ts'

const LANE = { provider: 'p', model: 'm' }
const BOUND = { lane: LANE, input: 100, output: 10 }
/** The dearest price of input, and that of output. */
const HOLD = 100n * 4n + 10n * 7n

function open(clock: Clock, limit: bigint | undefined, more: Partial<CallerSettings> = {}): { readonly caller: Caller; readonly ledger: Ledger } {
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  const settings = { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY, ...more }
  return { caller: createCaller(new Map(), settings, { clock, random: { fraction: () => 0, hex: () => '' } }), ledger }
}

function slot(call: number): { node: string; attempt: number; call: number } {
  return { node: 'fix', attempt: 1, call }
}

describe('a request of another program', () => {
  it('is held and durably reserved before it may be sent, and settled once by its usage', async () => {
    const { caller, ledger } = open(createVirtualClock(), HOLD)
    const told = listener(slot(3))
    const cleared = await caller.admit(BOUND, told, neverAborted())
    if (!cleared.ok) throw new Error('it was refused')
    expect(ledger.state('run')).toEqual({ limit: HOLD, spent: 0n, reserved: HOLD })
    const usage = { input: 20, output: 5, cacheRead: 10, cacheWrite: 0 }
    expect(await cleared.value.settle({ kind: 'answered', usage })).toBe(105n)
    expect(await cleared.value.settle({ kind: 'lost' })).toBe(105n)
    expect(ledger.state('run')).toEqual({ limit: HOLD, spent: 105n, reserved: 0n })
    expect(told.events).toEqual([
      ['reserved', { call: 'fix#1.3.1', provider: 'p', model: 'm', hold: String(HOLD) }],
      ['settled', { call: 'fix#1.3.1', cost: '105', basis: 'measured', usage, retries: 0 }],
    ])
  })

  it('costs its hold when nobody knows what became of it, and nothing when it was refused', async () => {
    const { caller, ledger } = open(createVirtualClock(), undefined)
    const lost = await caller.admit(BOUND, listener(slot(0)), neverAborted())
    const refused = await caller.admit(BOUND, listener(slot(1)), neverAborted())
    if (!lost.ok || !refused.ok) throw new Error('it was refused')
    expect(await lost.value.settle({ kind: 'lost' })).toBe(HOLD)
    expect(await refused.value.settle({ kind: 'failed', failure: failure('invalid-request', { status: 400 }) })).toBe(0n)
    expect(ledger.state('run')).toEqual({ limit: undefined, spent: HOLD, reserved: 0n })
  })

  it('is refused where it does not fit, where no price is known, and where the lane is broken', async () => {
    const clock = createVirtualClock()
    const told = listener(slot(0))
    expect(await open(clock, HOLD - 1n).caller.admit(BOUND, told, neverAborted())).toMatchObject({ ok: false, error: { kind: 'budget', scope: 'run' } })
    expect(await open(clock, undefined, { price: () => undefined }).caller.admit(BOUND, told, neverAborted())).toMatchObject({
      ok: false, error: { kind: 'failed', failure: { reason: 'invalid-request' } },
    })
    const { caller } = open(clock, undefined, { breaker: { failures: 1, cooldown: 10_000 } })
    const first = await caller.admit(BOUND, listener(slot(1)), neverAborted())
    if (first.ok) await first.value.settle({ kind: 'failed', failure: failure('overloaded') })
    expect(await caller.admit(BOUND, told, neverAborted())).toMatchObject({
      ok: false, error: { kind: 'failed', failure: { reason: 'overloaded', retryAfterMs: 8_000 } },
    })
    expect(told.events).toEqual([])
  })

  it('waits in the queue of its provider while a limit that another one hit holds it up', async () => {
    const clock = createVirtualClock()
    const { caller } = open(clock, undefined)
    const first = await caller.admit(BOUND, listener(slot(0)), neverAborted())
    if (first.ok) await first.value.settle({ kind: 'failed', failure: failure('rate-limited', { retryAfterMs: 5_000 }) })
    expect((await clock.run(caller.admit(BOUND, listener(slot(1)), neverAborted()))).ok).toBe(true)
    expect(clock.elapsed()).toBe(5_000)
  })
})
