import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { PortError } from '../base/ports.ts'
import type { Page, PageOrder, Pages } from '../base/ports.ts'

/** Single pages; the platform's client is loaded when the first is asked for. */
export function createPages(): Pages {
  return { get }
}

async function get({ url, address, timeoutMs, maxBytes, signal }: PageOrder): Promise<Page> {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  const family = isIP(address)
  // The name was looked up and judged before; a second look could give another answer.
  const lookup = (_host: string, options: { all?: boolean | undefined }, done: (error: null, found: never, family?: number) => void): void =>
    options.all === true ? done(null, [{ address, family }] as never) : done(null, address as never, family)
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    return await new Promise<Page>((resolve, reject) => {
      const sent = request(url, { lookup, agent: false, signal: stop, headers: { accept: 'text/html, text/*;q=0.9, application/json;q=0.8', 'accept-encoding': 'identity', 'user-agent': 'orch-run' } })
      sent.once('error', reject).once('response', (response) => { read(response, maxBytes).then(resolve, reject) }).end()
    })
  } catch (error) {
    if (signal.aborted) throw new PortError('EINTR', url, 'it was stopped')
    if (stop.aborted) throw new PortError('ETIMEDOUT', url, `it took longer than ${Math.round(timeoutMs / 1000)} seconds`)
    throw new PortError('EIO', url, error instanceof Error ? error.message.replace(/\p{Cc}/gu, ' ').slice(0, 200) : 'the connection failed')
  }
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Page> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  response.destroy()
  const headers = Object.fromEntries(Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: size > maxBytes }
}
