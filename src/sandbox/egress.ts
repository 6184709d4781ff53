import type { Duplex } from 'node:stream'
import { PortError } from '../base/ports.ts'
import type { Sockets } from '../base/ports.ts'
import { isHostName, isPublicAddress } from './addresses.ts'

export interface EgressRules {
  readonly allowHosts: readonly string[]
  /** Told of every refusal, as one line that holds nothing but printable characters. */
  readonly denied: (line: string) => void
}

type EgressPorts = { readonly sockets: Pick<Sockets, 'connect' | 'resolve'> }

const LONGEST_HEAD = 8192
const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * The one way out of a sandbox: a proxy that knows `CONNECT host:443` and nothing else, to hosts that are named exactly. It looks
 * the host up itself, and refuses one of whose addresses any is not public, so that no name leads back to us or to a cloud's
 * own services. What goes through is not looked into: an allowed host is a channel.
 */
export function createEgress(ports: EgressPorts, rules: EgressRules): (connection: Duplex) => void {
  const allowed = new Set(rules.allowHosts)
  const deny = (connection: Duplex, what: string, why: string): void => {
    rules.denied(`DENY ${plain(what)}: ${why}`)
    connection.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  }
  const serve = async (connection: Duplex, head: Buffer, rest: Buffer): Promise<void> => {
    const line = head.toString('latin1').split('\r\n')[0] ?? ''
    const target = /^CONNECT (\S+) HTTP\/1\.[01]$/.exec(line)?.[1]
    if (target === undefined) return deny(connection, line, 'only `CONNECT host:443` is served')
    const host = /^([a-z0-9.-]+):443$/.exec(target)?.[1]
    if (host === undefined || !isHostName(host)) return deny(connection, target, 'it is no plain host name with port 443')
    if (!allowed.has(host)) return deny(connection, target, 'the host is not in `allow_hosts`')
    const addresses = await ports.sockets.resolve(host)
    const inside = addresses.find((address) => !isPublicAddress(address))
    if (inside !== undefined) return deny(connection, target, `the host leads to ${plain(inside)}, which is not public`)
    const upstream = await connectAny(ports.sockets, addresses)
    connection.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (rest.length > 0) upstream.write(rest)
    join(connection, upstream)
  }
  return (connection) => {
    readHead(connection, (head, rest) => {
      if (head === undefined) return deny(connection, 'a request', 'its head is too long')
      serve(connection, head, rest).catch((error: unknown) => {
        if (!(error instanceof PortError)) throw error
        connection.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      })
    })
  }
}

async function connectAny(sockets: EgressPorts['sockets'], addresses: readonly string[]): Promise<Duplex> {
  let last: unknown
  for (const host of addresses) {
    try {
      return await sockets.connect({ host, port: 443 })
    } catch (error) {
      last = error
    }
  }
  throw last
}

function readHead(connection: Duplex, done: (head: Buffer | undefined, rest: Buffer) => void): void {
  let read = Buffer.alloc(0)
  const take = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk])
    const end = read.indexOf(HEAD_END)
    if (end < 0 && read.length <= LONGEST_HEAD) return
    connection.off('data', take)
    connection.pause()
    if (end < 0 || end > LONGEST_HEAD) done(undefined, Buffer.alloc(0))
    else done(read.subarray(0, end), read.subarray(end + HEAD_END.length))
  }
  connection.on('error', () => {}).on('data', take)
}

/** Bytes go both ways until both sides have ended; a side that breaks takes the other one with it. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.on('error', () => to.destroy()).once('close', () => { if (!from.readableEnded) to.destroy() })
    from.pipe(to)
  }
}

function plain(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')
}
