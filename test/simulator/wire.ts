import type { Socket } from 'node:net'

/** A request as it came over the socket. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Reads HTTP/1.1 requests one after the other from a socket; the next one only when `handle` is done with the last. */
export function readRequests(socket: Socket, handle: (request: RawRequest) => Promise<void>): void {
  let buffer = Buffer.alloc(0)
  let busy = false
  const next = async (): Promise<void> => {
    if (busy) return
    const parsed = parse(buffer)
    if (parsed === undefined) return
    buffer = buffer.subarray(parsed.length)
    busy = true
    await handle(parsed.request)
    busy = false
    await next()
  }
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    void next()
  })
}

function parse(buffer: Buffer): { readonly request: RawRequest; readonly length: number } | undefined {
  const end = buffer.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = buffer.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(lines.map(readHeader))
  const length = end + 4 + Number(headers['content-length'] ?? 0)
  if (buffer.length < length) return undefined
  const [method = '', path = ''] = first.split(' ')
  return { request: { method, path, headers, body: buffer.subarray(end + 4, length).toString() }, length }
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

export function writeHead(socket: Socket, status: number, headers: Readonly<Record<string, string>>): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`)
}

/** One chunk of a body with chunked transfer encoding. */
export function writeChunk(socket: Socket, text: string): void {
  socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

export function writeLastChunk(socket: Socket): void {
  socket.write('0\r\n\r\n')
}
