type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const NUMBERS: Readonly<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** The first signal asks for an orderly end; a second one ends the process at once, and the run can be resumed. */
export function listenToSignals(onFirst: (signal: Signal) => void): { stop(): void } {
  let asked = false
  const listeners = (Object.keys(NUMBERS) as Signal[]).map((signal) => {
    const listener = (): void => {
      if (asked) process.exit(128 + NUMBERS[signal])
      asked = true
      onFirst(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return { stop: () => { for (const { signal, listener } of listeners) process.off(signal, listener) } }
}
