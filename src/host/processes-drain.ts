import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../base/ports.ts'

/** After its exit a child's pipes may still hold output, or be held open for ever by a background process: so much silence ends the wait. */
const QUIET_MS = 250

/** And so much time ends it even where something keeps printing. */
const LONGEST_DRAIN_MS = 2000

/** The output pipes of a child, watched from its start. */
export interface Drain {
  /** Resolves when the pipes have ended (true) or were waited for long enough after the exit (false). */
  settled(): Promise<boolean>
  /** Gives the pipes up: whoever still writes into them is cut off. */
  cut(): void
}

export function watchPipes(child: ChildProcess, clock: Clock): Drain {
  let lastChunkAt = 0
  let hasClosed = false
  const pipes = [child.stdout, child.stderr].filter((pipe) => pipe !== null)
  for (const pipe of pipes) {
    pipe.on('data', () => (lastChunkAt = clock.elapsed()))
    pipe.on('error', () => {})
  }
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      hasClosed = true
      resolve()
    })
  })
  const silent = (): Promise<void> =>
    new Promise((resolve) => {
      const start = clock.elapsed()
      const look = (): void => {
        const now = clock.elapsed()
        const left = Math.min(Math.max(start, lastChunkAt) + QUIET_MS, start + LONGEST_DRAIN_MS) - now
        if (hasClosed || left <= 0) resolve()
        else cancel = clock.after(Math.max(left, 1), look)
      }
      let cancel = (): void => {}
      void closed.then(() => cancel())
      look()
    })
  return {
    settled: async () => {
      await Promise.race([closed, silent()])
      return hasClosed
    },
    cut: () => pipes.forEach((pipe) => pipe.destroy()),
  }
}
