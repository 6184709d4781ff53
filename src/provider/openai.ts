import { countOver } from './count.ts'
import { exchange, requestId } from './exchange.ts'
import type { HttpProvider } from './exchange.ts'
import type { Provider } from './model.ts'
import { openaiClient } from './openai-client.ts'
import { countRequest, responsesRequest } from './openai-request.ts'
import { createResponseReader } from './openai-reply.ts'

/** OpenAI over the Responses API, streamed and stateless. */
export function createOpenai(settings: HttpProvider): Provider {
  return {
    name: settings.name,
    async call(request, options) {
      const reader = createResponseReader((delta) => options.onText?.(delta))
      return await exchange(settings, options, {
        async run(wire) {
          const client = await openaiClient(settings, wire)
          const stream = await client.responses.create(responsesRequest(request, settings.name), { signal: wire.signal })
          for await (const event of stream) {
            wire.event()
            if (reader.read(event)) wire.complete()
          }
        },
        heard: (wire) => reader.heard(settings.name, requestId(wire)),
      })
    },
    count: async (request, options) => countOver(settings, options, async (wire) => {
      const client = await openaiClient(settings, wire)
      return (await client.responses.inputTokens.count(countRequest(request, settings.name), { signal: wire.signal })).input_tokens
    }),
  }
}
