import { isObject } from '../base/json.ts'
import type { Pico } from '../base/money.ts'

/** One line of a day's ledger: a hold, or the cost that it came to. */
export type DayEntry =
  | { readonly call: string; readonly provider: string; readonly hold: Pico }
  | { readonly call: string; readonly cost: Pico }

export interface DaySums {
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

/** The sums of a day. A line that is not whole is none; only the first hold and the first cost of a call count. */
export function foldDay(text: string): { readonly all: DaySums; readonly providers: ReadonlyMap<string, DaySums> } {
  const holds = new Map<string, { readonly provider: string; readonly hold: Pico }>()
  const costs = new Map<string, Pico>()
  for (const line of text.split('\n')) {
    const entry = line === '' ? undefined : parseEntry(line)
    if (entry === undefined) continue
    if ('hold' in entry && !holds.has(entry.call)) holds.set(entry.call, entry)
    if ('cost' in entry && !costs.has(entry.call)) costs.set(entry.call, entry.cost)
  }
  const providers = new Map<string, DaySums>()
  for (const [call, { provider, hold }] of holds) {
    const cost = costs.get(call)
    const { spent, reserved } = providers.get(provider) ?? { spent: 0n, reserved: 0n }
    providers.set(provider, cost === undefined ? { spent, reserved: reserved + hold } : { spent: spent + cost, reserved })
  }
  let all: DaySums = { spent: 0n, reserved: 0n }
  for (const { spent, reserved } of providers.values()) all = { spent: all.spent + spent, reserved: all.reserved + reserved }
  return { all, providers }
}

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
