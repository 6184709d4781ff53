import { createHash, timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { CallFailure } from '../provider/model.ts'
import { answerCall } from './answer.ts'
import { shownKey } from './headers.ts'
import type { Counted, LeaseOrder, LeaseWorld, StopReason, Tally, Tenancy } from './tenancy.ts'
import { vendorError } from './vendor-error.ts'

/** A local address that answers as the vendor would, and a key that opens nothing else. */
export interface Lease {
  /** Takes over a connection of the program's. */
  accept(this: void, connection: Duplex): void
  readonly key: string
  /** Aborted when the program must not go on: `reason` tells why. */
  readonly stop: AbortSignal
  reason(): StopReason | undefined
  /** The last answer that was none, undefined when a good one came after it. */
  lastFailure(): CallFailure | undefined
  counted(): Counted
  /** The model that was asked last. */
  model(): string | undefined
  /** Breaks off what is under way; resolves when all of it is settled. */
  close(): Promise<void>
}

const KEY_BYTES = 24

/** Opens a server of its own for every attempt, so that nothing of one can be asked for by another. */
export async function openLease(world: LeaseWorld, order: LeaseOrder): Promise<Lease> {
  const key = `orch-${world.ports.random.hex(KEY_BYTES)}`
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  const tally: Tally = { calls: 0, model: undefined, reason: undefined, failure: undefined, counted: { requests: 0, usage, cost: 0n, lost: 0 }, open: new Set() }
  const tenancy: Tenancy = { order, world, tally, stop: new AbortController() }
  const server = await world.ports.servers.create(async (request) => {
    if (!isSame(shownKey(request.headers), key)) return vendorError(order.vendor, 'unauthorized', 'this is no key of this agent')
    return answerCall(tenancy, request)
  })
  return {
    accept: server.accept, key, stop: tenancy.stop.signal,
    reason: () => tally.reason,
    lastFailure: () => tally.failure,
    counted: () => tally.counted,
    model: () => tally.model,
    async close() {
      tenancy.stop.abort()
      await server.close()
      await Promise.all(tally.open)
    },
  }
}

/** In a time that tells nothing of how much is right. */
function isSame(shown: string, key: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown), digest(key))
}
