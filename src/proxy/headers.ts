import type { Vendor } from './endpoint.ts'

/** What of a program's request is sent on: what says how it wants its answer, and nothing that says who asks. */
const ASKED = /^(accept|content-type|anthropic-(version|beta)|openai-beta|user-agent|x-goog-api-client|x-stainless-.*)$/

/** What of the answer reaches the program: how it is to be read, and when to ask again. */
const TOLD = /^(content-type|retry-after|retry-after-ms|x-should-retry|request-id|x-request-id|openai-.*|anthropic-ratelimit-.*|x-ratelimit-.*)$/

export function headersOn(asked: Headers, vendor: Vendor, key: string | undefined, own: Readonly<Record<string, string>>): Headers {
  const headers = new Headers([...asked].filter(([name]) => ASKED.test(name)))
  if (vendor === 'anthropic' && !headers.has('anthropic-version')) headers.set('anthropic-version', '2023-06-01')
  if (key !== undefined) {
    if (vendor === 'anthropic') headers.set('x-api-key', key)
    if (vendor === 'openai') headers.set('authorization', `Bearer ${key}`)
    if (vendor === 'gemini') headers.set('x-goog-api-key', key)
  }
  for (const [name, value] of Object.entries(own)) headers.set(name, value)
  return headers
}

export function headersBack(told: Headers): Headers {
  return new Headers([...told].filter(([name]) => TOLD.test(name)))
}

/** The key that a program shows, wherever its vendor's clients put it. */
export function shownKey(headers: Headers): string {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  return headers.get('x-api-key') ?? headers.get('x-goog-api-key') ?? bearer ?? ''
}
