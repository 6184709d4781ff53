import type { HttpProvider } from './exchange.ts'
import type { CountOptions } from './model.ts'
import { createWire } from './wire.ts'
import type { Wire } from './wire.ts'

/** What is only counted is answered at once, or not waited for. */
const LONGEST_MS = 10_000

/** One request for a number of tokens under our timers; undefined where anything goes wrong, since there is another bound. */
export async function countOver(settings: HttpProvider, { signal }: CountOptions, ask: (wire: Wire) => Promise<number>): Promise<number | undefined> {
  const patience = { ...settings.patience, total: Math.min(settings.patience.total, LONGEST_MS) }
  const wire = createWire(settings.ports, patience, { signal })
  try {
    if (wire.facts.aborted) return undefined
    const tokens = await Promise.race([ask(wire), wire.cut])
    return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : undefined
  } catch {
    return undefined
  } finally {
    wire.close()
  }
}
