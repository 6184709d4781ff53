import { isObject } from '../base/json.ts'
import type { Pico } from '../base/money.ts'

/** One line of a day's ledger: a hold, or the cost that it came to. */
export type DayEntry =
  | { readonly call: string; readonly provider: string; readonly hold: Pico }
  | { readonly call: string; readonly cost: Pico }

export interface Sums {
  readonly spent: Pico
  readonly reserved: Pico
}

/** The calendar day in a zone (an IANA name): `2026-11-21`. Throws a RangeError for a zone that does not exist. */
export function dayOf(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms)
  const part = (type: string): string => parts.find((found) => found.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** One line with its end. The newline before it ends what a crash left unfinished. */
export function dayLine(entry: DayEntry): string {
  const plain = 'hold' in entry ? { ...entry, hold: String(entry.hold) } : { ...entry, cost: String(entry.cost) }
  return `\n${JSON.stringify(plain)}\n`
}

/** The first millisecond of the next calendar day in a zone. */
export function dayEnd(ms: number, zone: string): number {
  const day = dayOf(ms, zone)
  // The longest day has 25 hours, where the clocks go back.
  let [before, after] = [ms, ms + 26 * 3_600_000]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dayOf(middle, zone) === day) before = middle
    else after = middle
  }
  return after
}

/** The sums of a day, read from a text that only grows: what was read before is not read again. */
export interface DaySums {
  read(text: string): void
  all(): Sums
  of(provider: string): Sums
}

/** A line that is not whole is none; only the first hold and the first cost of a call count. */
export function createDaySums(): DaySums {
  let holds = new Map<string, { readonly provider: string; readonly hold: Pico }>()
  let costs = new Map<string, Pico>()
  let sums = new Map<string | undefined, Sums>()
  let known = 0
  const add = (provider: string, spent: Pico, reserved: Pico): void => {
    for (const key of [provider, undefined]) {
      const before = sums.get(key) ?? NOTHING
      sums.set(key, { spent: before.spent + spent, reserved: before.reserved + reserved })
    }
  }
  const enter = (entry: DayEntry): void => {
    const isNew = 'hold' in entry ? !holds.has(entry.call) : !costs.has(entry.call)
    if (!isNew) return
    if ('hold' in entry) holds.set(entry.call, entry)
    else costs.set(entry.call, entry.cost)
    const [hold, cost] = [holds.get(entry.call), costs.get(entry.call)]
    if (hold === undefined) return
    if ('hold' in entry) add(hold.provider, cost ?? 0n, cost === undefined ? hold.hold : 0n)
    else add(hold.provider, entry.cost, -hold.hold)
  }
  return {
    read(text) {
      if (text.length < known) {
        holds = new Map()
        costs = new Map()
        sums = new Map()
        known = 0
      }
      // What has no end yet is read again with it.
      const end = text.lastIndexOf('\n') + 1
      for (const line of text.slice(known, end).split('\n')) {
        const entry = line === '' ? undefined : parseEntry(line)
        if (entry !== undefined) enter(entry)
      }
      known = Math.max(known, end)
    },
    all: () => sums.get(undefined) ?? NOTHING,
    of: (provider) => sums.get(provider) ?? NOTHING,
  }
}

const NOTHING: Sums = { spent: 0n, reserved: 0n }

function parseEntry(line: string): DayEntry | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (!isObject(value)) return undefined
    const { call, provider, hold, cost } = value
    if (typeof call !== 'string') return undefined
    if (isAmount(cost)) return { call, cost: BigInt(cost) }
    return isAmount(hold) && typeof provider === 'string' ? { call, provider, hold: BigInt(hold) } : undefined
  } catch {
    return undefined
  }
}

function isAmount(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,30}$/.test(value)
}
