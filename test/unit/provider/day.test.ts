import { describe, expect, it } from 'vitest'
import { createDayLedger } from '../../../src/provider/day-ledger.ts'
import type { DayBook, DayLedger, DayLimits } from '../../../src/provider/day-ledger.ts'
import { createDaySums, dayEnd, dayLine, dayOf } from '../../../src/provider/day.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Ledger } from '../../../src/provider/ledger.ts'
import type { Clock } from '../../../src/base/ports.ts'
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
    append: async (day, line) => book.update(day, () => line),
  }
  return { book, days }
}

const NONE: DayLimits = { all: undefined, providers: new Map(), zone: 'UTC', ignored: new Set() }

function sumsOf(text: string | undefined): { readonly all: unknown; readonly q: unknown } {
  const sums = createDaySums()
  sums.read(text ?? '')
  return { all: sums.all(), q: sums.of('q') }
}

/** A process: its ledger knows the budgets of the day beside its own. */
function open(book: DayBook, limits: DayLimits, run: string, clock: Clock): { readonly day: DayLedger; readonly ledger: Ledger } {
  const ledger = createLedger(new Map())
  return { day: createDayLedger(book, limits, run, clock, ledger), ledger }
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

  it('ends where its zone says, also where the clocks change', () => {
    const ends = (time: string, zone: string): string => new Date(dayEnd(Date.parse(time), zone)).toISOString()
    expect(ends('2026-11-21T12:00:00Z', 'UTC')).toBe('2026-11-22T00:00:00.000Z')
    expect(ends('2026-11-21T15:00:00Z', 'Asia/Tokyo')).toBe('2026-11-22T15:00:00.000Z')
    expect(ends('2026-11-01T04:00:00Z', 'America/New_York')).toBe('2026-11-02T05:00:00.000Z')
    expect(ends('2026-03-08T05:00:00Z', 'America/New_York')).toBe('2026-03-09T04:00:00.000Z')
  })

  it('has the sums of its holds and costs, whatever a crash left unfinished, read at once or as it grows', () => {
    const text = [
      dayLine({ call: 'a', provider: 'p', hold: 10n }), dayLine({ call: 'b', provider: 'q', hold: 7n }), '{"call":"c","provider":"p","ho',
      dayLine({ call: 'a', cost: 4n }), dayLine({ call: 'a', cost: 9n }), dayLine({ call: 'nobody', cost: 5n }),
      '\n{"call":"d","provider":"__proto__","hold":"-3"}\n[1]\nnull\n',
    ].join('')
    const expected = { all: { spent: 4n, reserved: 7n }, q: { spent: 0n, reserved: 7n } }
    expect(sumsOf(text)).toEqual(expected)
    const grown = createDaySums()
    for (let length = 0; length <= text.length; length += 1) grown.read(text.slice(0, length))
    expect({ all: grown.all(), q: grown.of('q') }).toEqual(expected)
    grown.read(dayLine({ call: 'x', provider: 'q', hold: 1n }))
    expect(grown.all()).toEqual({ spent: 0n, reserved: 1n })
  })
})

describe('the ledger of a day', () => {
  it('is never passed by two processes that share it, and has no hold left', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock(Date.parse('2026-11-21T12:00:00Z'))
    const limits = { ...NONE, all: 10_000n, providers: new Map([['q', { name: 'mine', limit: 3_000n }]]) }
    const chance = seeded(3)
    let most = 0n
    const spendAll = async (name: string): Promise<void> => {
      const { day } = open(book, limits, name, clock)
      await Promise.all(Array.from({ length: 200 }, async (_, index) => {
        const amount = BigInt(1 + Math.floor(chance() * 400))
        const held = await day.hold(`${index}`, chance() < 0.5 ? 'p' : 'q', amount)
        const sums = createDaySums()
        sums.read(days.get('2026-11-21') ?? '')
        const total = sums.all().spent + sums.all().reserved
        most = total > most ? total : most
        expect(sums.of('q').spent + sums.of('q').reserved <= 3_000n).toBe(true)
        if (!held) return
        await new Promise<void>((resolve) => void clock.after(Math.floor(chance() * 100), resolve))
        await day.settle(`${index}`, amount / 2n)
      }))
    }
    await clock.run(Promise.all(['one', 'two'].map(spendAll)))
    expect(sumsOf(days.get('2026-11-21'))).toMatchObject({ all: { reserved: 0n } })
    expect(most <= 10_000n && most > 9_000n).toBe(true)
  })

  it('keeps a call on the day of its hold, and counts what a dead process held', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock(Date.parse('2026-11-21T23:59:59Z'))
    const { day, ledger } = open(book, { ...NONE, all: 100n }, 'run', clock)
    await day.hold('a', 'p', 60n)
    const later = open(book, { ...NONE, all: 100n }, 'later', clock)
    expect(await later.day.hold('b', 'p', 41n)).toBe(false)
    expect(later.ledger.state('day 2026-11-21')).toEqual({ limit: 100n, spent: 60n, reserved: 0n })
    expect(later.day.renewal('day 2026-11-21')).toBe(Date.parse('2026-11-22T00:00:00Z'))
    expect(later.day.renewal('run')).toBeUndefined()
    await clock.run(new Promise<void>((resolve) => void clock.after(2_000, resolve)))
    expect(day.scopes('p')).toEqual(['day 2026-11-22'])
    expect(await day.hold('c', 'p', 100n)).toBe(true)
    await day.settle('a', 50n)
    await day.settle('a', 50n)
    expect(ledger.state('day 2026-11-22')).toEqual({ limit: 100n, spent: 0n, reserved: 0n })
    expect([...days].map(([name, text]) => [name, sumsOf(text).all])).toEqual([
      ['2026-11-21', { spent: 50n, reserved: 0n }], ['2026-11-22', { spent: 0n, reserved: 100n }],
    ])
  })

  it('is counted for a run without a limit too, and not for what is replayed', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock(Date.parse('2026-11-21T12:00:00Z'))
    const { day } = open(book, { ...NONE, ignored: new Set(['replay x']) }, 'run', clock)
    expect([await day.hold('a', 'p', 60n), await day.hold('b', 'replay x', 1_000n)]).toEqual([true, true])
    await day.settle('a', 20n)
    await day.settle('b', 1_000n)
    await day.charge('c', 'programs', 3n)
    expect(sumsOf([...days.values()][0])).toMatchObject({ all: { spent: 23n, reserved: 0n } })
  })

  it('refuses a call in the name of the day or of the provider, tells when it is renewed, and gives back all that it had taken', async () => {
    for (const [scope, more] of [
      ['day 1970-01-01', { all: 5n }], ['day 1970-01-01 of the provider `a`', { providers: new Map([['a', { name: 'a', limit: 5n }]]) }],
    ] as const) {
      const { book } = createMemoryBook()
      const clock = createVirtualClock(0)
      const { day, ledger } = open(book, { ...NONE, ...more }, 'r', clock)
      const admission = createAdmission(ledger, ({ lane }) => ['run', ...day.scopes(lane.provider)])
      const calls = routed({ 'a/x': () => ({}) }, clock, { day, ledger, admission })
      const { result, told } = await calls.call(route('a/x'))
      expect(result).toMatchObject({ ok: false, error: { kind: 'budget', scope, resumeAfter: 86_400_000 } })
      expect(told.events.map(([kind]) => kind)).toEqual(['decided'])
      expect([calls.sent.length, calls.ledger.state('run')]).toEqual([0, { limit: undefined, spent: 0n, reserved: 0n }])
    }
  })

  it('lets a call wait for others of its own run, and not for those of another', async () => {
    const { book } = createMemoryBook()
    const clock = createVirtualClock(0)
    const hold = 1024n * 4n + 100n * 7n
    const { day, ledger } = open(book, { ...NONE, all: 2n * hold - 1n }, 'r', clock)
    const admission = createAdmission(ledger, ({ lane }) => day.scopes(lane.provider))
    const calls = routed({ 'a/x': () => ({ ms: 1_000 }) }, clock, { day, ledger, admission })
    const both = await clock.run(Promise.all([calls.call(route('a/x')), calls.call(route('a/x'))]))
    expect(both.map(({ result }) => result.ok)).toEqual([true, true])
    expect(calls.sent.map(({ at }) => at)).toEqual([0, 1_000])
    await open(book, NONE, 'other', clock).day.hold('x', 'a', hold)
    expect((await calls.call(route('a/x'))).result).toMatchObject({ ok: false, error: { kind: 'budget', scope: 'day 1970-01-01' } })
  })

  it('that cannot be written stops the call before it is sent, and leaves no hold', async () => {
    const clock = createVirtualClock()
    const book: DayBook = { update: () => Promise.reject(new Error('disk full')), append: () => Promise.reject(new Error('disk full')) }
    const { day, ledger } = open(book, { ...NONE, all: 1_000_000n }, 'r', clock)
    const calls = routed({ 'a/x': () => ({}) }, clock, { day, ledger })
    await expect(calls.call(route('a/x'))).rejects.toThrow('disk full')
    expect([calls.sent.length, calls.ledger.state('run').reserved]).toEqual([0, 0n])
  })

  it('settles what a call came to', async () => {
    const { book, days } = createMemoryBook()
    const clock = createVirtualClock()
    const calls = routed({ 'a/x': () => ({ input: 5, output: 2 }) }, clock, { day: open(book, { ...NONE, all: 10_000n }, 'r', clock).day })
    await calls.call(route('a/x'))
    expect([...days.values()].map((text) => sumsOf(text).all)).toEqual([{ spent: 29n, reserved: 0n }])
  })
})
