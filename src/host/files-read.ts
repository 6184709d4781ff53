import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'

const CHUNK = 65_536

/** So much is read at once, for each trip through the pool of threads costs more; a larger file would hold up everybody else. */
const LARGEST_AT_ONCE = 1_048_577

const readLater = promisify(read)

/** A file from its byte `from` on, at most `limit` bytes of it. Opened so that a named pipe without a writer does not hold us up: it reads as empty. */
export async function readUpTo(path: string, limit: number | undefined, from = 0): Promise<Buffer> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(file)
    const wanted = limit ?? Number.POSITIVE_INFINITY
    const isSmall = stat.isFile() && Math.min(stat.size, wanted) <= LARGEST_AT_ONCE
    let at = from
    const chunks: Buffer[] = []
    for (let left = wanted; left > 0;) {
      const buffer = Buffer.allocUnsafe(Math.min(left, isSmall ? Math.max(stat.size + 1 - from, CHUNK) : CHUNK))
      // A pipe has no places to read from.
      const place = stat.isFile() ? at : null
      const length = isSmall ? readSync(file, buffer, 0, buffer.length, place) : (await readLater(file, buffer, 0, buffer.length, place)).bytesRead
      if (length === 0) break
      chunks.push(buffer.subarray(0, length))
      left -= length
      at += length
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  } finally {
    closeSync(file)
  }
}
