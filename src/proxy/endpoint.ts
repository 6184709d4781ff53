import { CHAT } from './chat.ts'
import { GENERATE } from './generate.ts'
import { MESSAGES } from './messages.ts'
import type { Protocol } from './protocol.ts'
import { RESPONSES } from './responses.ts'

/** Whose way of asking a program speaks. */
export type Vendor = 'anthropic' | 'openai' | 'gemini'

/** What is asked for, of the few things that are let through. `path` is what follows the provider's base URL. */
export type Endpoint =
  | { readonly kind: 'call'; readonly protocol: Protocol; readonly path: string; readonly model: string | undefined }
  /** Costs nothing: counting tokens, listing models. */
  | { readonly kind: 'free'; readonly path: string; readonly hasBody: boolean; readonly model: string | undefined }

/** Undefined for everything else: an agent's program has no business with files, batches, keys or fine-tuning. */
export function endpointOf(vendor: Vendor, method: string, url: URL, model: string | undefined): Endpoint | undefined {
  if (vendor === 'gemini') return geminiEndpoint(method, url, model)
  const { pathname } = url
  if (method === 'GET' && /^\/v1\/models(\/[\w.:-]+)?$/.test(pathname)) return { kind: 'free', path: under(vendor, pathname), hasBody: false, model: undefined }
  if (method !== 'POST') return undefined
  if (vendor === 'openai') {
    const protocol = pathname === '/v1/responses' ? RESPONSES : pathname === '/v1/chat/completions' ? CHAT : undefined
    return protocol && { kind: 'call', protocol, path: under(vendor, pathname), model: undefined }
  }
  const query = url.searchParams.get('beta') === 'true' ? '?beta=true' : ''
  if (pathname === '/v1/messages') return { kind: 'call', protocol: MESSAGES, path: `${pathname}${query}`, model: undefined }
  return pathname === '/v1/messages/count_tokens' ? { kind: 'free', path: `${pathname}${query}`, hasBody: true, model: undefined } : undefined
}

/** The base URL of OpenAI's dialect ends with the version, that of Anthropic's does not. */
function under(vendor: Vendor, pathname: string): string {
  return vendor === 'openai' ? pathname.slice('/v1'.length) : pathname
}

/** Here the model and what is wanted of it stand in the address. */
function geminiEndpoint(method: string, { pathname, searchParams }: URL, forced: string | undefined): Endpoint | undefined {
  if (method === 'GET' && /^\/v1beta\/models(\/[\w.-]+)?$/.test(pathname)) return { kind: 'free', path: pathname, hasBody: false, model: undefined }
  const [, asked, verb] = /^\/v1beta\/models\/([\w.-]+):(\w+)$/.exec(pathname) ?? []
  if (method !== 'POST' || asked === undefined) return undefined
  const model = forced ?? asked
  const path = `/v1beta/models/${encodeURIComponent(model)}:${verb}`
  if (verb === 'countTokens') return { kind: 'free', path, hasBody: true, model }
  if (verb === 'generateContent') return { kind: 'call', protocol: GENERATE, path, model }
  // Without this word the stream is one JSON list, which nobody could read before its end.
  const isEvents = verb === 'streamGenerateContent' && searchParams.get('alt') === 'sse'
  return isEvents ? { kind: 'call', protocol: GENERATE, path: `${path}?alt=sse`, model } : undefined
}

/** Where a vendor's API begins. Google's own address for OpenAI's dialect lies below that of its API: either may be given. */
export function rootOf(vendor: Vendor, baseUrl: string | undefined): string {
  const url = (baseUrl ?? DEFAULTS[vendor]).replace(/\/+$/, '')
  return vendor === 'gemini' ? url.replace(/\/openai$/, '').replace(/\/v1(beta)?$/, '') : url
}

const DEFAULTS: Readonly<Record<Vendor, string>> = {
  anthropic: 'https://api.anthropic.com', openai: 'https://api.openai.com/v1', gemini: 'https://generativelanguage.googleapis.com',
}
