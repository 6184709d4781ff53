import { err } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Refusal } from './caller.ts'
import { failed, lastWord, plainFailure } from './exclusion.ts'
import type { Journey } from './journey.ts'
import { laneName } from './lane.ts'
import type { ModelReply } from './model.ts'
import { chosenLane } from './route.ts'
import { survey } from './survey.ts'
import { visit } from './visit.ts'
import { waited } from './waited.ts'

/** Lane by lane until there is a reply, or a failure that no other lane would mend, or no lane. */
export async function travel(journey: Journey): Promise<Result<ModelReply, Refusal>> {
  const { world, errand, rounds, began, excluded } = journey
  const { clock } = world.ports
  let patience = errand.retry.maxWaitMs
  for (;;) {
    if (errand.signal.aborted) return err(aborted(journey))
    const candidates = survey(journey)
    const name = chosenLane(errand.strategy, candidates, journey.sticky)
    rounds.push({ at: Math.round(clock.elapsed() - began), candidates, chosen: name ?? null })
    const lane = errand.lanes.find((known) => laneName(known) === name)
    if (lane !== undefined) {
      const arrival = await visit(journey, lane)
      if (arrival !== undefined) return arrival
      continue
    }
    const wait = untilLaneMends(journey)
    // All are out of the question, or broken for longer than is waited.
    if (wait === undefined) return err(lastWord(excluded.values()))
    if (wait > patience) return err(lastWord([...excluded.values(), ...stillBroken(journey, wait)]))
    patience -= wait
    if (!(await waited(wait, clock, errand.signal))) return err(aborted(journey))
  }
}

export function aborted({ errand, requests }: Journey): Refusal {
  const last = requests.at(-1)?.lane ?? errand.lanes.map(laneName)[0] ?? ''
  return failed(plainFailure('aborted', `the call of provider \`${last.split('/')[0]}\` was aborted`))
}

/** Milliseconds until the first of the lanes that are only broken may be tried; undefined where there is none. */
function untilLaneMends({ world, errand, excluded }: Journey): number | undefined {
  const now = world.ports.clock.elapsed()
  const waits = errand.lanes.filter((lane) => !excluded.has(laneName(lane))).map((lane) => {
    return Math.max(1, Math.ceil((world.lanes.breaker(lane, errand.breaker).barred(now)?.until ?? now) - now))
  })
  return waits.length === 0 ? undefined : Math.min(...waits)
}

function stillBroken({ errand, world, excluded }: Journey, wait: number): { because: string; refusal: Refusal }[] {
  const broken = errand.lanes.filter((lane) => !excluded.has(laneName(lane))).map((lane) => `\`${laneName(lane)}\``)
  const failure = plainFailure('overloaded', `${broken.join(', ')} failed too often to be tried again within the longest wait`)
  return [{ because: 'breaker-open', refusal: { kind: 'quota', failure, resumeAfter: world.ports.clock.now() + wait } }]
}
