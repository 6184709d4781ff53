import type { Pico } from '../base/money.ts'
import type { AttemptIo } from '../run/contract.ts'

/** The attempt as one of several sees it that work in it at once. */
export interface OwnIo {
  readonly io: AttemptIo
  /** What its calls were charged so far. */
  cost(): Pico
}

interface Settings {
  /** Ends the names of its files. */
  readonly name: string
  /** Who it is, before what it does. */
  readonly words: string
  /** Ends it alone. */
  readonly stop: AbortSignal
}

export function ownIo(io: AttemptIo, { name, words, stop }: Settings): OwnIo {
  let cost = 0n
  return {
    cost: () => cost,
    io: {
      ...io,
      signal: AbortSignal.any([io.signal, stop]),
      outputFile: `${io.outputFile}${name}`,
      activity: (text) => io.activity(`${words}: ${text}`),
      keep: async (file, text) => io.keep(`${file}${name}`, text),
      async emit(event) {
        if (event.type === 'call-settled') cost += BigInt(event.cost)
        await io.emit(event)
      },
    },
  }
}
