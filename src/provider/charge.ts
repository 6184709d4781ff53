import { formatUsd } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import type { Refusal } from './caller.ts'
import type { World } from './journey.ts'
import type { CallSlot } from './model.ts'

/** The account of what programs say that they have cost: nobody knows whom they paid. */
const PROGRAMS = { provider: 'programs', model: '' }

/** Enters a cost that nobody held back; the answer is a refusal where a budget is passed now. */
export async function chargeFor(world: World, call: string, slot: CallSlot, cost: Pico): Promise<Refusal | undefined> {
  const over = world.admission.charge({ lane: PROGRAMS, slot }, cost)
  await world.day?.charge(call, PROGRAMS.provider, cost)
  world.lanes.changed()
  if (over === undefined) return undefined
  const resumeAfter = world.day?.renewal(over.scope)
  const message = `the budget of the ${over.scope} is passed: ${formatUsd(over.spent)} of ${formatUsd(over.limit ?? 0n)} are spent`
  return { kind: 'budget', scope: over.scope, message, ...(resumeAfter === undefined ? {} : { resumeAfter }) }
}
