import type { Http } from '../base/ports.ts'

/** The platform's fetch, looked up at each call so that nothing of it is loaded at start-up. */
export function createHttp(): Http {
  return { fetch: (input, init) => globalThis.fetch(input, init) }
}
