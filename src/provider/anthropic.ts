import { countRequest, messagesRequest } from './anthropic-request.ts'
import { createMessageReader } from './anthropic-reply.ts'
import { countOver } from './count.ts'
import { exchange, requestId } from './exchange.ts'
import type { HttpProvider } from './exchange.ts'
import type { Provider } from './model.ts'
import type { Wire } from './wire.ts'

/** Claude over the Messages API, streamed. */
export function createAnthropic(settings: HttpProvider): Provider {
  return {
    name: settings.name,
    async call(request, options) {
      const reader = createMessageReader((delta) => options.onText?.(delta))
      return await exchange(settings, options, {
        async run(wire) {
          const client = await anthropicClient(settings, wire)
          const stream = await client.messages.create(messagesRequest(request, settings.name), { signal: wire.signal })
          for await (const event of stream) {
            wire.event()
            if (reader.read(event)) wire.complete()
          }
        },
        heard: (wire) => {
          const reply = reader.reply(settings.name, requestId(wire))
          return reply && { reply }
        },
      })
    },
    count: async (request, options) => countOver(settings, options, async (wire) => {
      const client = await anthropicClient(settings, wire)
      return (await client.messages.countTokens(countRequest(request, settings.name), { signal: wire.signal })).input_tokens
    }),
  }
}

/** The SDK with everything off that we do ourselves, and with nothing taken from the environment. */
async function anthropicClient(settings: HttpProvider, wire: Wire) {
  const { Anthropic } = await import('@anthropic-ai/sdk')
  return new Anthropic({
    apiKey: settings.key ?? null, authToken: null, webhookKey: null,
    baseURL: settings.baseUrl ?? 'https://api.anthropic.com',
    defaultHeaders: settings.headers,
    fetch: wire.fetch, timeout: settings.patience.total + 60_000,
    maxRetries: 0, openTelemetry: false, logLevel: 'off',
  })
}
