import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Refusal } from './caller.ts'
import { freeze } from './clear.ts'
import { clearTightly } from './clear-tight.ts'
import type { ClearanceOrder } from './clear.ts'
import type { Bound, Clearance } from './clearance.ts'
import { exclusionFor, failed, plainFailure } from './exclusion.ts'
import type { World } from './journey.ts'
import { laneName } from './lane.ts'
import { unpriced } from './survey.ts'

type Terms = Pick<ClearanceOrder, 'tell' | 'signal' | 'breaker' | 'maxWaitMs'>

/** Clears one request of another program on one lane, which repeats what fails itself; a limit that it hits holds up the lane. */
export async function admitOne(world: World, bound: Bound, terms: Terms): Promise<Result<Clearance, Refusal>> {
  const { lane } = bound
  const { clock } = world.ports
  if (world.price(lane) === undefined) return err(failed(plainFailure('invalid-request', unpriced(laneName(lane)))))
  const { node, attempt, call } = terms.tell.slot
  const cleared = await clearTightly(world, { ...terms, bound, id: `${node}#${attempt}.${call}.1`, isRetry: false })
  if (cleared.ok) return ok(freezing(world, bound, cleared.value))
  const denial = cleared.error
  if (denial === 'aborted') return err(failed(plainFailure('aborted', `the call of provider \`${lane.provider}\` was aborted`)))
  const exclusion = exclusionFor(lane, denial, clock.now())
  if (exclusion !== undefined) return err(exclusion.refusal)
  const wait = denial.kind === 'breaker' ? Math.max(0, denial.barred.until - clock.elapsed()) : 0
  const failure = plainFailure('overloaded', `\`${laneName(lane)}\` failed too often to be tried again now`)
  return err(failed({ ...failure, retryAfterMs: Number.isFinite(wait) ? Math.ceil(wait) : undefined }))
}

function freezing(world: World, { lane }: Bound, clearance: Clearance): Clearance {
  return {
    ...clearance,
    settle: async (outcome) => {
      if (outcome.kind === 'failed' && outcome.failure.reason === 'rate-limited') freeze(world, lane, outcome.failure, undefined)
      return clearance.settle(outcome)
    },
  }
}
