/** Every point and hundreds of trials instead of a few: `ORCH_VOLUME=full`. */
export const isFull = process.env.ORCH_VOLUME === 'full'

/** Trials at once: there are not many processors. */
const AT_ONCE = Number(process.env.ORCH_VOLUME_AT_ONCE ?? 2)

/** Tries each of the jobs; what went wrong, of all of them. */
export async function inTurns<T>(jobs: readonly T[], attempt: (job: T) => Promise<readonly string[]>): Promise<string[]> {
  const left = [...jobs]
  const wrong: string[] = []
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) wrong.push(...(await attempt(job)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return wrong
}

/** Numbers in [0, 1) that are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
