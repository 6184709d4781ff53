type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const NUMBERS: Readonly<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** From when a run is owned until it is given back: what stops us in between must not leave it owned. */
export interface Signals {
  /** Calls back at the first signal, at once where it has come already. */
  onFirst(act: (signal: Signal) => void): void
  stop(): void
}

/** The first signal asks for an orderly end; a second one ends the process at once, and the run can be resumed. */
export function catchSignals(): Signals {
  let first: Signal | undefined
  let act: ((signal: Signal) => void) | undefined
  const listeners = (Object.keys(NUMBERS) as Signal[]).map((signal) => {
    const listener = (): void => {
      if (first !== undefined) process.exit(128 + NUMBERS[signal])
      first = signal
      act?.(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return {
    onFirst(given) {
      act = given
      if (first !== undefined) given(first)
    },
    stop: () => { for (const { signal, listener } of listeners) process.off(signal, listener) },
  }
}
