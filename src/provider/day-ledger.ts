import type { Pico } from '../base/money.ts'
import type { Clock } from '../base/ports.ts'
import { createDaySums, dayEnd, dayLine, dayOf } from './day.ts'
import type { DaySums, Sums } from './day.ts'
import type { Ledger } from './ledger.ts'

/** Where the entries of a day are kept for all processes that share them; each day has its own. */
export interface DayBook {
  /**
   * Runs alone among all processes: hands over what the day holds so far and durably appends what `write` answers.
   * Nothing is appended for an empty text.
   */
  update(day: string, write: (text: string) => string): Promise<void>
  /** Durably appends, whoever else does; for what limits nobody. */
  append(day: string, line: string): Promise<void>
}

export interface DayLimits {
  /** Undefined: not limited. */
  readonly all: Pico | undefined
  /** By account; `name`: what its author calls it. */
  readonly providers: ReadonlyMap<string, { readonly name: string; readonly limit: Pico }>
  /** An IANA name, such as `Europe/Berlin`. */
  readonly zone: string
  /** Accounts whose calls cost nobody anything today: recordings. */
  readonly ignored: ReadonlySet<string>
}

/**
 * The money of a day, shared by all runs that share a state folder. A call belongs to the day on which its hold was opened. The
 * run's own ledger knows the day's budgets too, with what others were last seen to have spent or hold: so a call waits for other
 * calls of this run, and the book is asked only about those that fit as far as is known.
 */
export interface DayLedger {
  /** The budgets of today in which a call at an account counts. */
  scopes(account: string): readonly string[]
  /** `call` is unique in the run. False: others took the room meanwhile, and the run's ledger knows it now. */
  hold(call: string, account: string, amount: Pico): Promise<boolean>
  settle(call: string, cost: Pico): Promise<void>
  /** Enters what was spent without a hold. */
  charge(call: string, account: string, cost: Pico): Promise<void>
  /** When a budget of a day is renewed, in milliseconds since 1970; undefined for every other budget. */
  renewal(scope: string): number | undefined
}

/** `run`: makes the calls' ids unique among all runs. */
export function createDayLedger(book: DayBook, limits: DayLimits, run: string, clock: Clock, ledger: Ledger): DayLedger {
  const days = new Map<string, Day>()
  const today = (): Day => kept(days, dayOf(clock.now(), limits.zone), (name) => openDay(name, limits, ledger))
  const held = new Map<string, { readonly day: Day; readonly account: string; readonly amount: Pico }>()
  const isLimited = (account: string): boolean => limits.all !== undefined || limits.providers.has(account)
  return {
    scopes: (account) => (limits.ignored.has(account) ? [] : today().scopes(account).map(({ scope }) => scope)),
    async hold(call, account, amount) {
      if (limits.ignored.has(account)) return true
      const day = today()
      const line = dayLine({ call: `${run}/${call}`, provider: account, hold: amount })
      let fits = false
      const enter = (): string => {
        fits = true
        day.own(account, amount)
        return line
      }
      try {
        if (!isLimited(account)) await book.append(day.name, enter())
        else {
          await book.update(day.name, (text) => {
            day.read(text)
            return day.fits(account, amount) ? enter() : ''
          })
        }
      } catch (error) {
        if (fits) day.own(account, -amount)
        throw error
      }
      if (fits) held.set(call, { day, account, amount })
      return fits
    },
    async settle(call, cost) {
      const hold = held.get(call)
      if (hold === undefined) return
      held.delete(call)
      await book.append(hold.day.name, dayLine({ call: `${run}/${call}`, cost }))
      // Not before the book has it: what we have used of our own hold would look like somebody else's.
      hold.day.own(hold.account, cost - hold.amount)
    },
    async charge(call, account, cost) {
      const day = today()
      const id = `${run}/${call}`
      day.own(account, cost)
      await book.append(day.name, dayLine({ call: id, provider: account, hold: cost }) + dayLine({ call: id, cost }))
    },
    renewal: (scope) => ([...days.values()].some((day) => day.owns(scope)) ? dayEnd(clock.now(), limits.zone) : undefined),
  }
}

interface Scope {
  readonly scope: string
  readonly limit: Pico | undefined
  /** Undefined: of all accounts together. */
  readonly account: string | undefined
}

/** One day as this process knows it: what the book held when it was read last, and how much of that is our own. */
interface Day {
  readonly name: string
  scopes(account: string): readonly Scope[]
  owns(scope: string): boolean
  /** Tells the run's ledger what others have, too. */
  read(text: string): void
  fits(account: string, amount: Pico): boolean
  /** So much of what the book holds is ours. */
  own(account: string, amount: Pico): void
}

function openDay(name: string, limits: DayLimits, ledger: Ledger): Day {
  const sums = createDaySums()
  const own = new Map<string | undefined, Pico>()
  const all: Scope = { scope: `day ${name}`, limit: limits.all, account: undefined }
  const each = [...limits.providers].map(([account, { name: called, limit }]): Scope => {
    return { scope: `day ${name} of the provider \`${called}\``, limit, account }
  })
  const scopes = [all, ...each].filter(({ limit }) => limit !== undefined)
  for (const { scope, limit } of scopes) ledger.open(scope, { limit, spent: 0n })
  const total = ({ spent, reserved }: Sums): Pico => spent + reserved
  const inBook = (account: string | undefined): Pico => total(sumsOf(sums, account))
  return {
    name,
    scopes: (account) => scopes.filter((scope) => scope.account === undefined || scope.account === account),
    owns: (scope) => scopes.some((known) => known.scope === scope),
    read(text) {
      sums.read(text)
      for (const { scope, account } of scopes) ledger.elsewhere(scope, inBook(account) - (own.get(account) ?? 0n))
    },
    fits: (account, amount) => scopes.every(({ limit, account: only }) => {
      return (only !== undefined && only !== account) || limit === undefined || inBook(only) + amount <= limit
    }),
    own(account, amount) {
      for (const key of [account, undefined]) own.set(key, (own.get(key) ?? 0n) + amount)
    },
  }
}

function sumsOf(sums: DaySums, account: string | undefined): Sums {
  return account === undefined ? sums.all() : sums.of(account)
}

function kept<T>(map: Map<string, T>, key: string, make: (key: string) => T): T {
  const found = map.get(key) ?? make(key)
  map.set(key, found)
  return found
}
