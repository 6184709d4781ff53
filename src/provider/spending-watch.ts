import type { Pico } from '../base/money.ts'
import type { Ledger } from './ledger.ts'

/** A share of a budget that was reached for the first time. */
export interface ShareReached {
  readonly scope: string
  /** In (0, 1]. */
  readonly share: number
  readonly spent: Pico
  readonly limit: Pico
}

/**
 * To be asked after each settlement: tells each share once. What was reached before, in a run that is resumed, is not told again;
 * scopes without a limit have no shares.
 */
export function createSpendingWatch(ledger: Ledger, scopes: readonly string[], shares: readonly number[]): () => readonly ShareReached[] {
  const open = scopes.flatMap((scope) => shares.map((share) => ({ scope, share })))
  const told = new Set(open.filter(({ scope, share }) => reached(ledger, scope, share) !== undefined))
  return () => open.flatMap((entry) => {
    const found = told.has(entry) ? undefined : reached(ledger, entry.scope, entry.share)
    if (found === undefined) return []
    told.add(entry)
    return [found]
  })
}

function reached(ledger: Ledger, scope: string, share: number): ShareReached | undefined {
  const { limit, spent } = ledger.state(scope)
  if (limit === undefined || limit === 0n) return undefined
  return spent * PARTS >= limit * BigInt(Math.round(share * Number(PARTS))) ? { scope, share, spent, limit } : undefined
}

const PARTS = 1_000_000n
