import type { Clock } from '../base/ports.ts'

/** Watches for signs of life, and aborts its signal when there was none for too long. */
export interface StallWatch {
  readonly signal: AbortSignal
  readonly hasStalled: boolean
  /** Something went on. */
  beat(): void
  /** What goes on now has a clock of its own: a tool, a wait for a provider's room, a check. Counted, so that they may overlap. */
  pause(): void
  resume(): void
  stop(): void
}

/** `outer`: what ends the attempt for other reasons. */
export function createStallWatch(clock: Pick<Clock, 'after'>, timeoutMs: number, outer: AbortSignal): StallWatch {
  const abort = new AbortController()
  let paused = 0
  let isOver = false
  let hasStalled = false
  let disarm = (): void => {}
  const passOn = (): void => abort.abort(outer.reason)
  const arm = (): void => {
    disarm()
    if (isOver || paused > 0) return
    disarm = clock.after(timeoutMs, () => {
      hasStalled = true
      abort.abort()
    })
  }
  if (outer.aborted) passOn()
  else outer.addEventListener('abort', passOn, { once: true })
  arm()
  return {
    signal: abort.signal,
    get hasStalled() {
      return hasStalled && !outer.aborted
    },
    beat: arm,
    pause() {
      paused += 1
      disarm()
    },
    resume() {
      paused -= 1
      arm()
    },
    stop() {
      isOver = true
      disarm()
      outer.removeEventListener('abort', passOn)
    },
  }
}
