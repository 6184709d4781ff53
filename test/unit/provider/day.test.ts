import { describe, expect, it } from 'vitest'
import { createDayLedger } from '../../../src/provider/day-ledger.ts'
import type { DayBook, DayLedger } from '../../../src/provider/day-ledger.ts'
import { dayLine, dayOf, foldDay } from '../../../src/provider/day.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { seeded } from './quota-provider.ts'
import { route, routed } from './route-rig.ts'

/** A book in memory that only one may write in at a time, as if it were a file with a lock. */
function createMemoryBook(): { readonly book: DayBook; readonly days: Map<string, string> } {
  const days = new Map<string, string>()
  let last: Promise<void> = Promise.resolve()
  const book: DayBook = {
    async update(day, write) {
      const turn = last.then(async () => {
        const before = days.get(day) ?? ''
        await Promise.resolve()
        days.set(day, before + write(before))
      })
      last = turn
      await turn
    },
  }
  return { book, days }
}

describe('a day', () => {
  it.each([
    ['2026-11-21T14:59:59Z', 'Asia/Tokyo', '2026-11-21'], ['2026-11-21T15:00:00Z', 'Asia/Tokyo', '2026-11-22'],
    // The clocks of New York go back on the first and forward on the eighth.
    ['2026-11-01T03:59:59Z', 'America/New_York', '2026-10-31'], ['2026-11-01T04:00:00Z', 'America/New_York', '2026-11-01'],
    ['2026-11-02T04:59:59Z', 'America/New_York', '2026-11-01'], ['2026-11-02T05:00:00Z', 'America/New_York', '2026-11-02'],
    ['2026-03-08T04:59:59Z', 'America/New_York', '2026-03-07'], ['2026-03-09T03:59:59Z', 'America/New_York', '2026-03-08'],
    ['2026-03-09T04:00:00Z', 'America/New_York', '2026-03-09'], ['2026-12-31T23:59:59.999Z', 'UTC', '2026-12-31'],
  ])('%s in %s is %s', (time, zone, day) => {
    expect(dayOf(Date.parse(time), zone)).toBe(day)
  })

  it('has the sums of its holds and costs, whatever a crash left unfinished', () => {
    const text = [
      dayLine({ call: 'a', provider: 'p', hold: 10n }), dayLine({ call: 'b', provider: 'q', hold: 7n }), '{"call":"c","provider":"p","ho',
      dayLine({ call: 'a', cost: 4n }), dayLine({ call: 'a', cost: 9n }), dayLine({ call: 'nobody', cost: 5n }),
      '\n{"call":"d","provider":"__proto__","hold":"-3"}\n[1]\nnull\n',
    ].join('')
    expect(foldDay(text)).toEqual({
      all: { spent: 4n, reserved: 7n },
      providers: new Map([['p', { spent: 4n, reserved: 0n }], ['q', { spent: 0n, reserved: 7n }]]),
    })
  })
})

describe('the ledger of a day', () => {
  it('is never passed by two processes that share it, and has no hold left', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock(Date.parse('2026-11-21T12:00:00Z'))
    const limits = { all: 10_000n, providers: new Map([['q', 3_000n]]), zone: 'UTC' }
    const chance = seeded(3)
    let most = 0n
    const spendAll = async (ledger: DayLedger, name: string): Promise<void> => {
      await Promise.all(Array.from({ length: 200 }, async (_, index) => {
        const amount = BigInt(1 + Math.floor(chance() * 400))
        const held = await ledger.hold(`${name}${index}`, chance() < 0.5 ? 'p' : 'q', amount)
        const { all, providers } = foldDay(days.get('2026-11-21') ?? '')
        most = all.spent + all.reserved > most ? all.spent + all.reserved : most
        expect((providers.get('q')?.spent ?? 0n) + (providers.get('q')?.reserved ?? 0n) <= 3_000n).toBe(true)
        if (!held.ok) return
        await new Promise<void>((resolve) => void clock.after(Math.floor(chance() * 100), resolve))
        await ledger.settle(`${name}${index}`, amount / 2n)
      }))
    }
    const processes = ['one', 'two'].map((run) => spendAll(createDayLedger(book, limits, run, clock), run))
    await clock.run(Promise.all(processes))
    const { all } = foldDay(days.get('2026-11-21') ?? '')
    expect(all.reserved).toBe(0n)
    expect(most <= 10_000n && most > 9_000n).toBe(true)
  })

  it('keeps a call on the day of its hold, and counts what a dead process held', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock(Date.parse('2026-11-21T23:59:59Z'))
    const ledger = createDayLedger(book, { all: 100n, providers: new Map(), zone: 'UTC' }, 'run', clock)
    await ledger.hold('a', 'p', 60n)
    expect(await ledger.hold('b', 'p', 41n)).toEqual({ ok: false, error: { scope: 'day', limit: 100n, spent: 0n, reserved: 60n } })
    await clock.run(new Promise<void>((resolve) => void clock.after(2_000, resolve)))
    expect((await ledger.hold('c', 'p', 100n)).ok).toBe(true)
    await ledger.settle('a', 50n)
    await ledger.settle('a', 50n)
    expect([...days].map(([day, text]) => [day, foldDay(text).all])).toEqual([
      ['2026-11-21', { spent: 50n, reserved: 0n }], ['2026-11-22', { spent: 0n, reserved: 100n }],
    ])
  })

  it('refuses a call in the name of the day or of the provider, and gives back all that the call had taken', async () => {
    for (const [scope, limits] of [
      ['day', { all: 5n, providers: new Map() }], ['provider `a`', { all: undefined, providers: new Map([['a', 5n]]) }],
    ] as const) {
      const { book } = createMemoryBook()
      const clock = createVirtualClock()
      const calls = routed({ 'a/x': () => ({}) }, clock, { day: createDayLedger(book, { ...limits, zone: 'UTC' }, 'r', clock) })
      const { result, told } = await calls.call(route('a/x'))
      expect(result).toMatchObject({ ok: false, error: { kind: 'budget', scope } })
      expect(told.events.map(([kind]) => kind)).toEqual(['decided'])
      expect([calls.sent.length, calls.ledger.state('run')]).toEqual([0, { limit: undefined, spent: 0n, reserved: 0n }])
    }
  })

  it('that cannot be written stops the call before it is sent, and leaves no hold', async () => {
    const clock = createVirtualClock()
    const day: DayLedger = { hold: () => Promise.reject(new Error('disk full')), settle: () => Promise.resolve() }
    const calls = routed({ 'a/x': () => ({}) }, clock, { day })
    await expect(calls.call(route('a/x'))).rejects.toThrow('disk full')
    expect([calls.sent.length, calls.ledger.state('run').reserved]).toEqual([0, 0n])
  })

  it('settles what a call came to', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock()
    const calls = routed({ 'a/x': () => ({ input: 5, output: 2 }) }, clock, {
      day: createDayLedger(book, { all: 10_000n, providers: new Map(), zone: 'UTC' }, 'r', clock),
    })
    await calls.call(route('a/x'))
    expect([...days.values()].map((text) => foldDay(text).all)).toEqual([{ spent: 29n, reserved: 0n }])
  })
})
