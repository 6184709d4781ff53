import { createHash } from 'node:crypto'
import type { Written } from './entry.ts'
import type { Listing } from './listing.ts'

/** What a step wrote in the checkout in some run. */
export interface WrittenBy extends Written {
  /** The pipeline's file and the step's id. */
  readonly step: string
}

/**
 * What steps wrote in the checkout, so that it can be taken back in thought: a step that left a file behind has not changed
 * what it depends on, and neither has one that it does not need.
 */
export interface Traces {
  add(records: readonly WrittenBy[]): void
  /**
   * A digest of the checkout as a step sees it: as it was when the run began, without what steps of earlier runs left there, and
   * with what those `above` it wrote since.
   */
  digest(sight: Sight, above: (step: string) => boolean): string
  /** Whether some step left a path like this. */
  left(path: string, id: string | null): boolean
}

/** The checkout when the run began, and as it is now. */
export interface Sight {
  readonly start: Listing
  readonly now: Listing
}

export function createTraces(known: readonly WrittenBy[]): Traces {
  const byPath = new Map<string, WrittenBy[]>()
  let size = 0
  let last: { readonly now: Listing; readonly size: number; readonly touched: readonly string[]; readonly rest: string } | undefined
  const add = (records: readonly WrittenBy[]): void => {
    for (const record of records) {
      const others = byPath.get(record.path) ?? []
      // What a step writes time and again is one record: from what was there before the first to what it left last.
      const former = others.find(({ step, after, before }) => step === record.step && (after === record.before || before === record.before))
      const joined = former && former.after === record.before ? { ...record, before: former.before } : record
      byPath.set(record.path, [...others.filter((other) => other !== former), joined])
      size += 1
    }
  }
  add(known)
  const fixed = ({ start, now }: Sight): NonNullable<typeof last> => {
    if (last?.now === now && last.size === size) return last
    const touched = new Set([...byPath.keys(), ...(start === now ? [] : differences(start, now).map(({ path }) => path))])
    last = { now, size, touched: [...touched], rest: digestOf([...start].filter(([path]) => !touched.has(path))) }
    return last
  }
  return {
    add,
    left: (path, id) => byPath.get(path)?.some(({ after }) => after === id) === true,
    digest(sight, above) {
      const { touched, rest } = fixed(sight)
      const seen = touched.flatMap((path) => {
        const id = seenBy(byPath.get(path) ?? [], sight.start.get(path) ?? null, sight.now.get(path) ?? null, above)
        return id === null ? [] : [[path, id] as const]
      })
      return seen.length === 0 ? rest : digestOf([...seen, ['', rest]])
    },
  }
}

/** The content of a path that counts for a step. What two wrote at the same time counts as by both. */
function seenBy(records: readonly WrittenBy[], start: string | null, now: string | null, above: (step: string) => boolean): string | null {
  if (now !== start && records.some(({ step, after }) => after === now && above(step))) return now
  let id = start
  for (const record of records.toReversed()) {
    if (record.after !== id) continue
    if (records.some(({ step, after }) => after === id && above(step))) return id
    id = record.before
  }
  return id
}

function digestOf(files: readonly (readonly [string, string])[]): string {
  const lines = files.map(([path, id]) => `${path}\0${id}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}

/** What became different between two looks at a checkout. */
export function differences(before: Listing, after: Listing): Written[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].flatMap((path) => {
    const [old, now] = [before.get(path) ?? null, after.get(path) ?? null]
    return old === now ? [] : [{ path, before: old, after: now }]
  })
}
