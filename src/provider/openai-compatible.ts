import { chatRequest } from './chat-request.ts'
import { createChunkReader } from './chat-reply.ts'
import { exchange, requestId } from './exchange.ts'
import type { HttpProvider } from './exchange.ts'
import type { Provider } from './model.ts'
import { openaiClient } from './openai-client.ts'

/** Any server that speaks Chat Completions (Ollama, vLLM, OpenRouter, Azure), streamed; the key is optional. */
export function createOpenaiCompatible(settings: HttpProvider & { readonly baseUrl: string }): Provider {
  return {
    name: settings.name,
    async call(request, options) {
      const reader = createChunkReader((delta) => options.onText?.(delta))
      return await exchange(settings, options, {
        async run(wire) {
          const client = await openaiClient(settings, wire)
          const stream = await client.chat.completions.create(chatRequest(request, settings.baseUrl), { signal: wire.signal })
          for await (const chunk of stream) {
            wire.event()
            if (reader.read(chunk)) wire.complete()
          }
        },
        heard: (wire) => {
          const reply = reader.reply(requestId(wire))
          return reply && { reply }
        },
      })
    },
  }
}
