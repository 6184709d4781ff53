import type { Pico } from '../base/money.ts'
import type { Clock } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { dayLine, dayOf, foldDay } from './day.ts'
import type { OverBudget } from './ledger.ts'

/** Where the entries of a day are kept for all processes that share them; each day has its own. */
export interface DayBook {
  /**
   * Runs alone among all processes: hands over what the day holds so far and durably appends what `write` answers.
   * Nothing is appended for an empty text.
   */
  update(day: string, write: (text: string) => string): Promise<void>
}

export interface DayLimits {
  /** Undefined: not limited. */
  readonly all: Pico | undefined
  readonly providers: ReadonlyMap<string, Pico>
  /** An IANA name, such as `Europe/Berlin`. */
  readonly zone: string
}

/** The money of a day, shared by all runs that share a state folder. A call belongs to the day on which its hold was opened. */
export interface DayLedger {
  /** `call` is unique among all runs. Nothing waits for other processes: what doesn't fit is refused. */
  hold(call: string, provider: string, amount: Pico): Promise<Result<void, OverBudget>>
  settle(call: string, cost: Pico): Promise<void>
}

/** `run`: makes the calls' ids unique among all runs. */
export function createDayLedger(book: DayBook, limits: DayLimits, run: string, clock: Clock): DayLedger {
  const days = new Map<string, string>()
  return {
    async hold(call, provider, amount) {
      const id = `${run}/${call}`
      const day = dayOf(clock.now(), limits.zone)
      let over: OverBudget | undefined
      await book.update(day, (text) => {
        over = overrun(text, provider, amount, limits)
        return over === undefined ? dayLine({ call: id, provider, hold: amount }) : ''
      })
      if (over !== undefined) return err(over)
      days.set(call, day)
      return ok(undefined)
    },
    async settle(call, cost) {
      const day = days.get(call)
      if (day === undefined) return
      days.delete(call)
      await book.update(day, () => dayLine({ call: `${run}/${call}`, cost }))
    },
  }
}

const NOTHING = { spent: 0n, reserved: 0n }

/** Holds that were never settled count in full: their process may have died after it sent them. */
function overrun(text: string, provider: string, amount: Pico, limits: DayLimits): OverBudget | undefined {
  const { all, providers } = foldDay(text)
  const scopes = [
    { scope: 'day', limit: limits.all, sums: all },
    { scope: `provider \`${provider}\``, limit: limits.providers.get(provider), sums: providers.get(provider) ?? NOTHING },
  ]
  for (const { scope, limit, sums } of scopes) {
    if (limit !== undefined && sums.spent + sums.reserved + amount > limit) return { scope, limit, ...sums }
  }
  return undefined
}
