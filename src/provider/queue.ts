import type { Clock } from '../base/ports.ts'

/** One try to go: in, out for good, or still waiting, for a time or for something to end. */
export type Try<In, Out> =
  | { readonly kind: 'in'; readonly value: In }
  | { readonly kind: 'out'; readonly value: Out }
  /** Everyone behind waits too, so that what comes back is saved for this one. */
  | { readonly kind: 'wait'; readonly ms: number; readonly late: Out }
  /** Only those behind that need the same budget wait too. */
  | { readonly kind: 'wait-for-budget'; readonly scope: string; readonly late: Out }

export interface Waiter<In, Out> {
  readonly scopes: readonly string[]
  /** Synchronous: takes all that it needs, or nothing. */
  attempt(): Try<In, Out>
}

export type Admitted<In, Out> =
  | { readonly kind: 'in'; readonly value: In }
  | { readonly kind: 'out'; readonly value: Out }
  | { readonly kind: 'aborted' }

/** First come, first served, woken by one timer. */
export interface Queue<In, Out> {
  /** Whoever waits longer than `maxWaitMs` is out, with what it waited for last. */
  enter(waiter: Waiter<In, Out>, signal: AbortSignal, maxWaitMs: number): Promise<Admitted<In, Out>>
  /** Something ended: let all that can go. */
  pump(): void
  /** How many wait. */
  length(): number
}

interface Entry<In, Out> extends Waiter<In, Out> {
  readonly deadline: number
  leave(answer: Admitted<In, Out>): void
}

export function createQueue<In, Out>(clock: Clock): Queue<In, Out> {
  const entries = new Set<Entry<In, Out>>()
  let cancelTimer: (() => void) | undefined
  const pump = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    const wake = advance(entries, clock.elapsed())
    if (Number.isFinite(wake)) cancelTimer = clock.after(Math.max(0, wake - clock.elapsed()), pump)
  }
  return {
    pump,
    length: () => entries.size,
    enter: (waiter, signal, maxWaitMs) => new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'aborted' })
      const abort = (): void => {
        entry.leave({ kind: 'aborted' })
        pump()
      }
      const entry: Entry<In, Out> = {
        scopes: waiter.scopes, attempt: () => waiter.attempt(), deadline: clock.elapsed() + maxWaitMs,
        leave(answer) {
          entries.delete(entry)
          signal.removeEventListener('abort', abort)
          resolve(answer)
        },
      }
      signal.addEventListener('abort', abort, { once: true })
      entries.add(entry)
      pump()
    }),
  }
}

/** Lets all go that can; tells when to look again, in monotonic milliseconds. */
function advance<In, Out>(entries: Set<Entry<In, Out>>, now: number): number {
  const full = new Set<string>()
  let wake = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    if (entry.scopes.some((scope) => full.has(scope))) {
      wake = Math.min(wake, entry.deadline)
      continue
    }
    const tried = entry.attempt()
    if (tried.kind === 'in' || tried.kind === 'out') {
      entry.leave(tried)
      continue
    }
    if (now >= entry.deadline) {
      entry.leave({ kind: 'out', value: tried.late })
      continue
    }
    wake = Math.min(wake, entry.deadline)
    if (tried.kind === 'wait') return Math.min(wake, now + tried.ms)
    full.add(tried.scope)
  }
  return wake
}
