import type { Server, Socket } from 'node:net'
import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Listener, SocketAddress, Sockets } from '../base/ports.ts'
import { toPortError } from './files-error.ts'

/** Sockets of this machine; the platform's modules for them are loaded when they are first needed. */
export function createSockets(): Sockets {
  return { listen, connect, resolve }
}

async function listen(at: SocketAddress, accept: (connection: Socket) => void): Promise<Listener> {
  const { createServer } = await import('node:net')
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    // Whoever breaks a connection off is no failure of ours.
    socket.on('error', () => {}).once('close', () => open.delete(socket))
    accept(socket)
  })
  const place = 'path' in at ? openFolder(at.path) : undefined
  try {
    await begin(server, place ? { path: place.path, readableAll: true, writableAll: true } : at)
  } catch (error) {
    place?.close()
    throw toPortError(error, nameOf(at))
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
      place?.close()
    },
  }
}

/** The path of a Unix socket may have 107 bytes, which folders of runs exceed; seen from an open folder it is short. */
function openFolder(path: string): { readonly path: string; close(): void } | undefined {
  if (process.platform !== 'linux') return { path, close: () => {} }
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, close: () => closeSync(folder) }
}

async function begin(server: Server, at: SocketAddress & { readonly readableAll?: boolean; readonly writableAll?: boolean }): Promise<void> {
  await new Promise<void>((done, refuse) => {
    server.once('error', refuse)
    server.listen(at, () => {
      server.off('error', refuse)
      done()
    })
  })
}

async function connect(to: SocketAddress): Promise<Socket> {
  const { connect: open } = await import('node:net')
  return new Promise((done, refuse) => {
    const socket = open({ ...to, allowHalfOpen: true })
    const fail = (error: Error): void => {
      const told = toPortError(error, nameOf(to))
      refuse(told instanceof Error ? told : error)
    }
    socket.once('error', fail).once('connect', () => {
      socket.off('error', fail).on('error', () => {})
      done(socket)
    })
  })
}

async function resolve(host: string): Promise<readonly string[]> {
  const { lookup } = await import('node:dns/promises')
  try {
    const found = await lookup(host, { all: true, order: 'verbatim' })
    if (found.length > 0) return found.map(({ address }) => address)
  } catch {
    // Whatever the reason: there is no address to connect to.
  }
  throw new PortError('ENOTFOUND', host, `the host \`${host}\` was not found`)
}

function nameOf(at: SocketAddress): string {
  return 'path' in at ? at.path : `${at.host}:${at.port}`
}
