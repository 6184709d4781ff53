import type { Clock } from '../base/ports.ts'

/** How long each stage of one call may last, in milliseconds. */
export interface Patience {
  /** From the request to the headers of the answer. */
  readonly headers: number
  /** From the headers to the first event. */
  readonly first: number
  /** Between two pieces of the body; a ping counts. */
  readonly idle: number
  /** Between two events that carry something; a ping does not count. */
  readonly content: number
  /** From the last event to the end of the body: waited for only so that the connection can be used again. */
  readonly rest: number
  /** The whole call. */
  readonly total: number
}

export type Stage = keyof Patience

export const PATIENCE: Patience = { headers: 30_000, first: 60_000, idle: 60_000, content: 300_000, rest: 1_000, total: 600_000 }

/** The timers of one call. The vendors' SDKs stop watching at the headers, so a stream that stalls is ours to notice. */
export interface Watch {
  sent(): void
  headers(): void
  bytes(): void
  event(): void
  complete(): void
  stop(): void
}

export function createWatch(clock: Clock, patience: Patience, expired: (stage: Stage) => void): Watch {
  const armed = new Map<Stage, () => void>()
  let over: 'no' | 'complete' | 'stopped' = 'no'
  const disarm = (stage: Stage): void => {
    armed.get(stage)?.()
    armed.delete(stage)
  }
  const arm = (stage: Stage): void => {
    disarm(stage)
    if (over === 'no') armed.set(stage, clock.after(patience[stage], () => expired(stage)))
  }
  return {
    sent: () => {
      arm('total')
      arm('headers')
    },
    headers: () => {
      disarm('headers')
      arm('first')
      arm('idle')
    },
    bytes: () => arm('idle'),
    event: () => {
      disarm('first')
      arm('content')
    },
    complete: () => {
      if (over !== 'no') return
      for (const stage of armed.keys()) disarm(stage)
      arm('rest')
      over = 'complete'
    },
    stop: () => {
      over = 'stopped'
      for (const stage of armed.keys()) disarm(stage)
    },
  }
}
