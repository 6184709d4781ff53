import type { Pico } from '../base/money.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Lane } from './lane.ts'
import type { Ledger, OverBudget } from './ledger.ts'
import type { CallSlot } from './model.ts'
import { overBudgetMessage } from './over-budget.ts'

/** A request that wants to be sent. */
export interface Applicant {
  /** Unique in the run. */
  readonly id: string
  readonly lane: Lane
  readonly slot: CallSlot
  /** The most that it can cost. */
  readonly hold: Pico
}

/** The right to send one request; it must be settled exactly once, whatever becomes of the request. */
export interface Permit {
  settle(cost: Pico): void
  /** Nothing was sent: as if it had never been given. */
  release(): void
}

export interface Blocked {
  readonly scope: string
  readonly message: string
  /** It would fit if others, which are under way, came to cost less than is held for them. */
  readonly mayFit: boolean
}

/** Whether a request may be sent, decided in one synchronous step: all that it needs is taken, or nothing. */
export interface Admission {
  admit(applicant: Applicant): Result<Permit, Blocked>
  /** Whether it has room, or would have when others have ended; takes nothing. */
  mayEver(applicant: Applicant): boolean
  /** The budgets that it counts in. */
  scopes(applicant: Pick<Applicant, 'lane' | 'slot'>): readonly string[]
  /** Enters what was spent without having been held; the answer is the first budget that it passed. */
  charge(payer: Pick<Applicant, 'lane' | 'slot'>, cost: Pico): OverBudget | undefined
}

/** `scopesOf`: the budgets that a request counts in. */
export function createAdmission(ledger: Ledger, scopesOf: (applicant: Pick<Applicant, 'lane' | 'slot'>) => readonly string[]): Admission {
  const admit: Admission['admit'] = (applicant) => {
    const held = ledger.hold(applicant.id, applicant.hold, scopesOf(applicant))
    if (!held.ok) {
      const { scope, limit, spent, reserved } = held.error
      const mayFit = reserved > 0n && spent + applicant.hold <= (limit ?? 0n)
      return err({ scope, mayFit, message: overBudgetMessage(applicant.hold, held.error) })
    }
    return ok({ settle: (cost) => void ledger.settle(applicant.id, cost), release: () => ledger.release(applicant.id) })
  }
  return {
    scopes: scopesOf, admit,
    mayEver(applicant) {
      const admitted = admit(applicant)
      if (admitted.ok) admitted.value.release()
      return admitted.ok || admitted.error.mayFit
    },
    charge: (payer, cost) => ledger.charge(cost, scopesOf(payer)),
  }
}
