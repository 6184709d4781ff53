import { feedback } from '../check/feedback.ts'
import { signature } from '../check/signature.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../run/failure.ts'
import { collectPlace } from './commit.ts'
import type { Author } from './commit.ts'
import { blocking, checkFailure, judge } from './judge.ts'
import type { Bench } from './judge.ts'
import { restore } from './tree-place.ts'

/** Work that is to hold before checks. */
export interface Proof {
  /** At least one. */
  readonly verify: readonly string[]
  readonly repair: number
  readonly author: () => Author
  /** Told of every judgement that did not hold. */
  readonly failed?: (message: string) => void
  /** Why nothing more may be asked of it, where it is so. */
  readonly over?: () => Failure | undefined
  /** Sends what failed back to whoever did the work; why that came to nothing, if it did. */
  readonly again: (message: string) => Promise<Failure | undefined>
}

/**
 * Judge and repair: until the checks hold, the repairs are used up, or the same failure comes twice without a change. The answer
 * is the tree that holds; the files are those of it again, whatever the checks wrote.
 */
export async function prove(bench: Bench, { verify, repair, author, failed, over, again }: Proof): Promise<Result<string, Failure>> {
  const { task, io, place } = bench
  let before = ''
  for (let round = 0; ; round += 1) {
    const collected = await collectPlace(task, place, author())
    if (!collected.ok) return collected
    const { tree } = collected.value
    const verdicts = await judge(bench, verify, round, tree)
    if (!verdicts.ok) return verdicts
    if (io.signal.aborted) return err({ code: 'interrupted', message: 'it was stopped' })
    const bad = blocking(verdicts.value)
    const restored = await restore(place, tree)
    if (restored) return err(restored)
    if (bad.length === 0) return ok(tree)
    failed?.(feedback(bad))
    const now = `${tree} ${signature(bad)}`
    if (now === before) return err(checkFailure(bad, ', twice the same way without a change between'))
    const end = over?.()
    if (end) return err(end)
    if (round >= repair) return err(checkFailure(bad, repair === 0 ? '' : ` after ${repair} repairs`))
    before = now
    io.activity(`repairing, round ${round + 1} of ${repair}`)
    const failure = await again(feedback(bad))
    if (failure) return err(failure)
  }
}
