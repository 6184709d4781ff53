import type { Clock, Http } from '../base/ports.ts'
import type { CallOptions } from './model.ts'
import { createWatch } from './watch.ts'
import type { Patience, Stage } from './watch.ts'

/** The one request of a call, under our timers: what an SDK is given in place of the platform's fetch. */
export interface Wire {
  readonly fetch: typeof globalThis.fetch
  /** Aborted when the caller gives up or a stage lasts too long. */
  readonly signal: AbortSignal
  /** Rejects at that moment, whatever the SDK makes of the signal. */
  readonly cut: Promise<never>
  readonly facts: Readonly<WireFacts>
  /** The SDK gave an event that says something. */
  event(): void
  /** The last event came: only the end of the body is still waited for, shortly. */
  complete(): void
  close(): void
}

/** What is known of the request when the call has ended, whatever was thrown. */
export interface WireFacts {
  sent: boolean
  /** Undefined while no headers came. */
  status: number | undefined
  headers: Headers | undefined
  /** The stage that lasted too long. */
  expired: Stage | undefined
  aborted: boolean
}

export function createWire(
  ports: { readonly http: Http; readonly clock: Clock }, patience: Patience,
  { signal, onSent, onHeaders }: Pick<CallOptions, 'signal' | 'onSent' | 'onHeaders'>,
): Wire {
  const facts: WireFacts = { sent: false, status: undefined, headers: undefined, expired: undefined, aborted: signal.aborted }
  const controller = new AbortController()
  const cut = Promise.withResolvers<never>()
  cut.promise.catch(() => {})
  const end = (reason: string): void => {
    watch.stop()
    controller.abort()
    cut.reject(new Error(reason))
  }
  const watch = createWatch(ports.clock, patience, (stage) => {
    facts.expired = stage
    end('expired')
  })
  const abort = (): void => {
    facts.aborted = true
    end('aborted')
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })

  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (facts.sent) throw new Error('a call makes one request')
    facts.sent = true
    watch.sent()
    onSent?.()
    // A redirect would take the key to another host.
    const response = await ports.http.fetch(input, { ...init, redirect: 'manual' })
    facts.status = response.status
    facts.headers = response.headers
    watch.headers()
    onHeaders?.(response.status, response.headers)
    return watched(response, () => watch.bytes())
  }
  return {
    fetch, signal: controller.signal, cut: cut.promise, facts, event: () => watch.event(), complete: () => watch.complete(),
    close: () => {
      watch.stop()
      signal.removeEventListener('abort', abort)
    },
  }
}

function watched(response: Response, bytes: () => void): Response {
  if (response.body === null) return response
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, out) => {
      bytes()
      out.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(meter), { status, statusText, headers })
}
