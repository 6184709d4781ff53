import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Few large pieces: a program of some hundred megabytes takes as long as its digest, and no more memory than a piece. */
const PIECE = 1_048_576

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
