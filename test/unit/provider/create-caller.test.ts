import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Audit } from '../../../src/provider/audit.ts'
import type { Caller, Refusal } from '../../../src/provider/caller.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Ledger } from '../../../src/provider/ledger.ts'
import type { ModelRequest, Provider } from '../../../src/provider/model.ts'
import type { LanePrice } from '../../../src/provider/price.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { failure, listener, replyWith, scripted } from './fake-provider.ts'
import { createInstantClock, createManualClock } from './manual-clock.ts'
import { neverAborted } from './rig.ts'

const REQUEST: ModelRequest = { model: 'other', system: undefined, messages: [], tools: [], maxOutputTokens: 10, temperature: undefined }
const PRICE: LanePrice = { input: 3n, output: 7n, cacheRead: 1n, cacheWrite: 4n }
/** 1,024 tokens around everything, at the dearest price of input. */
const HOLD = 1024n * 4n + 10n * 7n
const AUDIT = expect.any(Object) as Audit
const LANE = { provider: 'p', model: 'm' }
const NONE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

interface World<C extends Clock> {
  readonly caller: Caller
  readonly ledger: Ledger
  readonly clock: C
}

type InstantClock = ReturnType<typeof createInstantClock>

function world(provider: Provider, limit?: bigint, price?: LanePrice, fraction?: number): World<InstantClock>
function world<C extends Clock>(provider: Provider, limit: bigint | undefined, price: LanePrice, fraction: number, clock: C): World<C>
function world(
  provider: Provider, limit?: bigint, price: LanePrice = PRICE, fraction = 1, clock: Clock = createInstantClock(),
): World<Clock> {
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  const settings = { price: () => price, admission: createAdmission(ledger, () => ['run']), retry: RETRY }
  const ports = { clock, random: { fraction: () => fraction, hex: () => '' } }
  return { caller: createCaller(new Map([['p', provider]]), settings, ports), ledger, clock }
}

describe('a call', () => {
  it('is reserved before it is sent, settled by its usage, and decided once', async () => {
    const usage = { input: 100, output: 5, cacheRead: 10, cacheWrite: 20 }
    const { caller, ledger } = world(scripted([usage]))
    const told = listener()
    const result = await caller.call(LANE, REQUEST, told, neverAborted())
    expect(result).toEqual({ ok: true, value: replyWith(usage) })
    expect(told.events).toEqual([
      ['reserved', { call: 'fix#1.0.1', provider: 'p', model: 'm', hold: String(HOLD) }],
      ['settled', { call: 'fix#1.0.1', cost: '425', basis: 'measured', usage, retries: 0 }],
      ['decided', { route: null, chosen: 'p/m', reason: 'model', excluded: [], outcome: 'ok', audit: AUDIT }],
    ])
    expect(ledger.state('run')).toEqual({ limit: undefined, spent: 425n, reserved: 0n })
  })

  it('is not sent before its reservation is durable, and is not sent at all when that fails', async () => {
    const provider = scripted([{ input: 1 }])
    const { caller, ledger } = world(provider)
    const told = { ...listener(), reserved: () => Promise.reject(new Error('disk full')) }
    await expect(caller.call(LANE, REQUEST, told, neverAborted())).rejects.toThrow('disk full')
    expect(provider.calls).toBe(0)
    expect(ledger.state('run')).toMatchObject({ spent: 0n, reserved: 0n })
  })

  it('that does not fit into the budget is refused whole, before anything is sent', async () => {
    const provider = scripted([{ input: 1 }])
    const { caller } = world(provider, HOLD - 1n)
    const told = listener()
    expect(await caller.call(LANE, REQUEST, told, neverAborted())).toEqual({
      ok: false,
      error: {
        kind: 'budget', scope: 'run',
        message: 'a call that may cost <$0.0001 does not fit into the budget of the run: $0 of <$0.0001 are spent',
      },
    })
    expect(told.events).toEqual([
      ['decided', { route: null, chosen: null, reason: 'model', excluded: [{ model: 'p/m', because: 'budget' }], outcome: 'budget', audit: AUDIT }],
    ])
    expect(provider.calls).toBe(0)
  })

  it('without a known price is refused before anything is sent', async () => {
    const provider = scripted([{ input: 1 }])
    const { caller } = world(provider)
    const admission = createAdmission(createLedger(new Map()), () => [])
    const ports = { clock: createManualClock(), random: { fraction: () => 0, hex: () => '' } }
    const unpriced = createCaller(new Map([['p', provider]]), { price: () => undefined, admission, retry: RETRY }, ports)
    const told = listener()
    expect(await unpriced.call(LANE, REQUEST, told, neverAborted())).toEqual({
      ok: false,
      error: {
        kind: 'failed',
        failure: failure('invalid-request', {
          message: 'no price is known for `p/m`: give one under `prices` of the provider, or say `free` there',
        }),
      },
    })
    expect(
      await caller.call({ provider: 'x', model: 'm' }, REQUEST, told, neverAborted()),
    ).toMatchObject({ ok: false, error: { failure: { message: 'there is no provider `x`' } } })
    expect(provider.calls).toBe(0)
  })

  it('that was not done costs nothing; one that may have been done and is lost costs its whole hold', async () => {
    for (const [dispatched, cost, basis] of [[false, '0', 'none'], [true, String(HOLD), 'hold']] as const) {
      const { caller, ledger } = world(scripted([failure('timeout', { dispatched })]))
      const told = listener()
      await caller.call(LANE, REQUEST, told, neverAborted())
      expect(told.events[1]).toEqual(['settled', { call: 'fix#1.0.1', cost, basis, usage: NONE, retries: 0 }])
      expect(ledger.state('run')).toEqual({ limit: undefined, spent: BigInt(cost), reserved: 0n })
    }
  })

  it('whose answer counts no tokens costs its whole hold', async () => {
    const { caller, ledger } = world(scripted([{}]))
    const told = listener()
    expect((await caller.call(LANE, REQUEST, told, neverAborted())).ok).toBe(true)
    expect(told.events[1]).toEqual(['settled', { call: 'fix#1.0.1', cost: String(HOLD), basis: 'hold', usage: NONE, retries: 0 }])
    expect(ledger.state('run').spent).toBe(HOLD)
  })

  it('in which a bug shows is settled with its hold before the bug goes on', async () => {
    const { caller, ledger } = world(scripted([]))
    const told = listener()
    await expect(caller.call(LANE, REQUEST, told, neverAborted())).rejects.toThrow('one call too many')
    expect(told.events.map(([kind]) => kind)).toEqual(['reserved', 'settled'])
    expect(ledger.state('run')).toMatchObject({ spent: HOLD, reserved: 0n })
  })
})

describe('a failed request is repeated', () => {
  it.each([
    ['rate-limited', [500, 1000, 2000]], ['overloaded', [500, 1000]], ['connection', [500, 1000]], ['cut-stream', [500]], ['timeout', []],
    ['context-length', []], ['invalid-request', []], ['unknown-model', []], ['credential', []], ['quota', []], ['recording-missing', []],
    ['aborted', []],
  ] as const)('when it was %s: after %j ms at most', async (reason, waits) => {
    const provider = scripted(Array.from({ length: 9 }, () => failure(reason)))
    const { caller, clock } = world(provider)
    const told = listener()
    expect(await caller.call(LANE, REQUEST, told, neverAborted())).toEqual({
      ok: false, error: { kind: 'failed', failure: failure(reason) },
    })
    expect(clock.waits).toEqual(waits)
    expect(provider.calls).toBe(waits.length + 1)
    expect(told.events.at(-1)).toEqual(['decided', { route: null, chosen: 'p/m', reason: 'model', excluded: [], outcome: reason, audit: AUDIT }])
  })

  it('after a random part of that time, but never earlier than the provider asks', async () => {
    const { caller, clock } = world(
      scripted([failure('overloaded'), failure('overloaded', { retryAfterMs: 7000 }), { input: 1 }]), undefined, PRICE, 0.25,
    )
    expect((await caller.call(LANE, REQUEST, listener(), neverAborted())).ok).toBe(true)
    expect(clock.waits).toEqual([125, 7000])
  })

  it('not when the provider asks for a longer wait than we have, and not when it says so', async () => {
    const [limited, busy] = [failure('rate-limited', { retryAfterMs: 300_001 }), failure('overloaded', { shouldRetry: false })]
    const refusals: Refusal[] = [
      { kind: 'quota', failure: limited, resumeAfter: 1_800_000_300_001 }, { kind: 'failed', failure: busy },
    ]
    for (const [index, error] of refusals.entries()) {
      const { caller, clock } = world(scripted([index === 0 ? limited : busy]))
      expect(await caller.call(LANE, REQUEST, listener(), neverAborted())).toEqual({ ok: false, error })
      expect(clock.waits).toEqual([])
    }
  })

  it('more often when the provider says so, but four times in all', async () => {
    const provider = scripted(Array.from({ length: 9 }, () => failure('overloaded', { shouldRetry: true })))
    await world(provider).caller.call(LANE, REQUEST, listener(), neverAborted())
    expect(provider.calls).toBe(4)
  })

  it('with a reservation of its own each time, so that what was lost stays charged', async () => {
    const { caller, ledger } = world(scripted([failure('cut-stream', { dispatched: true }), { input: 2 }]))
    const told = listener({ node: 'test(node=20)', attempt: 3, call: 7 })
    await caller.call(LANE, REQUEST, told, neverAborted())
    expect(told.events.flatMap(([kind, event]) => (kind === 'settled' ? [event] : []))).toEqual([
      { call: 'test(node=20)#3.7.1', cost: String(HOLD), basis: 'hold', usage: NONE, retries: 0 },
      { call: 'test(node=20)#3.7.2', cost: '6', basis: 'measured', usage: { ...NONE, input: 2 }, retries: 1 },
    ])
    expect(ledger.state('run')).toEqual({ limit: undefined, spent: HOLD + 6n, reserved: 0n })
  })

  it('only as far as the budget reaches', async () => {
    const provider = scripted([failure('cut-stream', { dispatched: true }), { input: 2 }])
    const { caller, ledger } = world(provider, 2n * HOLD - 1n)
    expect(
      await caller.call(LANE, REQUEST, listener(), neverAborted()),
    ).toMatchObject({ ok: false, error: { kind: 'budget', scope: 'run' } })
    expect(provider.calls).toBe(1)
    expect(ledger.state('run').spent).toBe(HOLD)
  })

  it('no more once it is aborted, at once and without a further request', async () => {
    const provider = scripted([failure('overloaded')])
    const clock = createManualClock()
    const controller = new AbortController()
    const { caller } = world(provider, undefined, PRICE, 1, clock)
    const calling = caller.call(LANE, REQUEST, listener(), controller.signal)
    await clock.armed(500)
    controller.abort()
    expect(await calling).toEqual({
      ok: false, error: { kind: 'failed', failure: failure('aborted', { message: 'the call of provider `p` was aborted' }) },
    })
    expect(clock.pending()).toBe(0)
  })
})
