/** One stream of a forker, for the time of one command: what the command writes is passed on, what the forker writes is not. */
export interface CommandStream {
  push(chunk: Buffer): void
  /** Passes on what was held back because it may have been the beginning of the mark. */
  flush(): void
  /** The mark has come: all that the command wrote was passed on. */
  readonly isComplete: boolean
}

/** The mark is unguessable for the command, so that it cannot occur in its output. Chunks may be split anywhere. */
export function createCommandStream(mark: Buffer, out: (chunk: Buffer) => void, onComplete: () => void): CommandStream {
  let held: Buffer = NOTHING
  let isComplete = false
  const pass = (chunk: Buffer): void => {
    if (chunk.length > 0) out(chunk)
  }
  return {
    get isComplete() { return isComplete },
    push(chunk) {
      const whole = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const end = whole.indexOf(mark)
      const cut = end === -1 ? whole.length - beginning(whole, mark) : end
      held = end === -1 ? whole.subarray(cut) : NOTHING
      pass(whole.subarray(0, cut))
      if (end === -1) return
      isComplete = true
      onComplete()
    },
    flush() {
      pass(held)
      held = NOTHING
    },
  }
}

const NOTHING = Buffer.alloc(0)

/** How many bytes at the end of a chunk may be the beginning of the mark. */
function beginning(chunk: Buffer, mark: Buffer): number {
  for (let length = Math.min(mark.length - 1, chunk.length); length > 0; length -= 1) {
    if (chunk[chunk.length - length] === mark[0] && chunk.subarray(chunk.length - length).equals(mark.subarray(0, length))) return length
  }
  return 0
}
