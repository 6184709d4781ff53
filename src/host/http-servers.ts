import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { HttpAnswer, HttpServers } from '../base/ports.ts'

/** Servers of the platform; nothing of them is loaded before one is wanted. */
export function createHttpServers(): HttpServers {
  return {
    async create(answer) {
      const { createServer } = await import('node:http')
      const open = new Set<Duplex>()
      const server = createServer((incoming, outgoing) => void reply(incoming, outgoing, answer))
      // A model may think for as long as its provider lets it.
      Object.assign(server, { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 60_000 })
      return {
        accept(connection) {
          open.add(connection)
          connection.once('close', () => open.delete(connection)).on('error', () => {})
          server.emit('connection', connection)
        },
        async close() {
          const gone = [...open].map((connection) => once(connection, 'close').catch(() => {}))
          for (const connection of open) connection.destroy()
          await Promise.all(gone)
        },
      }
    },
  }
}

async function reply(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpAnswer): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  outgoing.on('error', () => gone.abort())
  let body: ReadableStream<Uint8Array> | null = null
  try {
    const response = await answer(requestOf(incoming, gone.signal))
    body = response.body as ReadableStream<Uint8Array> | null
    outgoing.writeHead(response.status, [...response.headers].flat())
    if (body !== null) await pour(body, outgoing, gone.signal)
    outgoing.end()
  } catch {
    // Who asked learns by the end of the connection that there is no answer, or no more of it.
    await body?.cancel().catch(() => {})
    outgoing.destroy()
  }
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers()
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '')
  const { method = 'GET', url = '/' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  // The host that a request names decides nothing here.
  const address = new URL(url.startsWith('/') ? `http://localhost${url}` : url)
  return new Request(address, { method, headers, signal, ...(hasBody ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}) })
}

/** As fast as the other side takes it; what it does not want any more is told to whoever makes it. */
async function pour(body: ReadableStream<Uint8Array>, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {})
  gone.addEventListener('abort', cancel, { once: true })
  if (gone.aborted) cancel()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    if (!outgoing.write(value)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')])
  }
}
