import { randomBytes } from 'node:crypto'
import type { Random } from '../base/ports.ts'

/** Chance from the system: unguessable for `hex`, merely uniform for `fraction`. */
export function createRandom(): Random {
  return { hex: (bytes) => randomBytes(bytes).toString('hex'), fraction: () => Math.random() }
}
