import type { Clock, Http } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Conceal } from './conceal.ts'
import { callFailure, cutShort, faultFailure } from './failure.ts'
import type { StreamFault } from './failure.ts'
import type { CallFailure, CallOptions, ModelReply } from './model.ts'
import type { Patience } from './watch.ts'
import { createWire } from './wire.ts'
import type { Wire } from './wire.ts'

/** What every provider that speaks HTTP is made of. */
export interface HttpProvider {
  readonly name: string
  readonly key: string | undefined
  /** Undefined: the vendor's own. */
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly patience: Patience
  readonly conceal: Conceal
  readonly ports: { readonly http: Http; readonly clock: Clock }
}

/** What came of listening: a whole reply, the stream's own word that it failed, or neither. */
export type Heard = { readonly reply: ModelReply } | { readonly fault: StreamFault } | undefined

/** One vendor's way of asking and listening. */
export interface Talk {
  /** Sends the request over the wire and reads events until the stream ends; says so to the wire when the last event came. */
  run(wire: Wire): Promise<void>
  heard(wire: Wire): Heard
}

/** One call: one request under our timers, everything thrown turned into data. Resolves at once when it is aborted. */
export async function exchange(provider: HttpProvider, options: CallOptions, talk: Talk): Promise<Result<ModelReply, CallFailure>> {
  const wire = createWire(provider.ports, provider.patience, options)
  let thrown: { readonly error: unknown } | undefined
  try {
    if (!wire.facts.aborted) await Promise.race([talk.run(wire), wire.cut])
  } catch (error) {
    thrown = { error }
  } finally {
    wire.close()
  }
  const context = { provider: provider.name, conceal: provider.conceal, patience: provider.patience, now: provider.ports.clock.now() }
  // What came after a whole reply does not unmake it.
  const heard = talk.heard(wire)
  if (heard !== undefined && 'reply' in heard) return ok(heard.reply)
  const isCut = wire.facts.aborted || wire.facts.expired !== undefined
  if (thrown !== undefined || isCut) return err(callFailure(thrown?.error, wire.facts, context))
  return err(heard === undefined ? cutShort(provider.name) : faultFailure(heard.fault, context))
}

/** The id under which the vendor's support finds this call. */
export function requestId(wire: Wire): string | undefined {
  return wire.facts.headers?.get('request-id') ?? wire.facts.headers?.get('x-request-id') ?? undefined
}
