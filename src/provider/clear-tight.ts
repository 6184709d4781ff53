import type { Result } from '../base/result.ts'
import { applicantOf, clear } from './clear.ts'
import type { ClearanceOrder } from './clear.ts'
import type { Clearance } from './clearance.ts'
import type { World } from './journey.ts'
import type { Denial } from './lanes.ts'

/** Vendors call their counts estimates: so much more is held, in parts of a hundred and in tokens. */
const MARGIN = { percent: 5, tokens: 64 }

/**
 * Clears a request with its own bound of the input. Only where that does not fit into a budget and a count of the tokens may, the
 * provider is asked for it: this takes a round trip, and a failure of it leaves everything as it was.
 */
export async function clearTightly(world: World, order: ClearanceOrder): Promise<Result<Clearance, Denial | 'aborted'>> {
  const { bound, signal } = order
  if (bound.count === undefined) return clear(world, order)
  const cleared = await clear(world, { ...order, isHasty: true })
  if (cleared.ok || cleared.error === 'aborted' || cleared.error.kind !== 'budget') return cleared
  const tokens = mayFit(world, order) ? await bound.count(signal) : undefined
  const input = tokens === undefined ? bound.input : Math.min(bound.input, Math.ceil(tokens + (tokens * MARGIN.percent) / 100) + MARGIN.tokens)
  return clear(world, { ...order, bound: { ...bound, input } })
}

function mayFit(world: World, order: ClearanceOrder): boolean {
  const found = world.price(order.bound.lane)
  return found !== undefined && world.admission.mayEver(applicantOf(order, found, order.bound.expected?.total ?? 0))
}
