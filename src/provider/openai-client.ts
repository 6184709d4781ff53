import type { OpenAI } from 'openai'
import type { HttpProvider } from './exchange.ts'
import type { Wire } from './wire.ts'

/** The SDK with everything off that we do ourselves, and with nothing taken from the environment. */
export async function openaiClient(settings: HttpProvider, wire: Wire): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  return new OpenAI({
    apiKey: settings.key ?? 'none', adminAPIKey: null, organization: null, project: null, webhookSecret: null,
    baseURL: settings.baseUrl ?? 'https://api.openai.com/v1',
    // A server without a key gets no credential at all, not an empty one.
    defaultHeaders: settings.key === undefined ? { authorization: null, ...settings.headers } : settings.headers,
    fetch: wire.fetch, timeout: settings.patience.total + 60_000,
    maxRetries: 0, logLevel: 'off',
  })
}
