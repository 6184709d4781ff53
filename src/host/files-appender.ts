import { closeSync, constants, fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Appender } from '../base/ports.ts'
import { guarded } from './files-error.ts'

/**
 * A flush from our own thread costs half the processor time of one from the pool, and less of the clock too, as long as the
 * disk is fast; one that takes longer than this would hold up everybody else.
 */
const LONGEST_PAUSE_MS = 3

const flush = promisify(fdatasync)

/** A link that was put in the place of a file of ours would lead our hand elsewhere. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW

/** Small writes go straight to the system: they only fill its cache, and so keep their order without a queue. */
export async function openAppender(path: string): Promise<Appender> {
  const file = await guarded(path, () => openSync(path, FLAGS, 0o600))
  let lastFlushMs = 0
  let closed = false
  return {
    write: async (text) => guarded(path, () => writeAll(file, text)),
    sync: async () => guarded(path, async () => {
      const began = performance.now()
      if (lastFlushMs > LONGEST_PAUSE_MS) await flush(file)
      else fdatasyncSync(file)
      lastFlushMs = performance.now() - began
    }),
    close: async () => {
      if (closed) return
      closed = true
      await guarded(path, () => closeSync(file))
    },
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}
