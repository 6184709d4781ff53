import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import type { Sockets } from '../../../src/base/ports.ts'
import { createSockets } from '../../../src/host/sockets.ts'
import { causeOf } from '../../../src/sandbox/cause.ts'
import { inside, noSandbox, yard } from '../../rig/sandbox.ts'
import type { Yard } from '../../rig/sandbox.ts'
import { MEASURED } from '../../rig/measured.ts'

const open: Yard[] = []
afterEach(() => { for (const one of open.splice(0)) one.remove() })
const newYard: typeof yard = (...settings) => {
  const made = yard(...settings)
  open.push(made)
  return made
}

/** A world outside in which hosts have addresses of our choice, and every public address leads to one server of ours. */
async function world(hosts: Readonly<Record<string, readonly string[]>>): Promise<{ sockets: Partial<Sockets>; asked: string[]; hits: string[]; port: number; close(): void }> {
  const real = createSockets()
  const asked: string[] = []
  const hits: string[] = []
  const server = createServer((socket) => {
    hits.push('tcp')
    socket.end('the server\n')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    asked, hits, port,
    sockets: {
      resolve: async (host) => {
        asked.push(host)
        return hosts[host] ?? []
      },
      connect: async (to) => real.connect('host' in to && to.port === 443 ? { host: '127.0.0.1', port } : to),
    },
    close: () => server.close(),
  }
}

/** Counts the datagrams that reach this machine. */
async function datagramsTo(hits: string[]): Promise<{ port: number; close(): Promise<void> }> {
  const socket = createSocket('udp4')
  socket.on('message', () => hits.push('udp'))
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  return { port: socket.address().port, close: async () => new Promise<void>((done) => void socket.close(() => done())) }
}

/** Tries the ways out, and tells those that lead somewhere. */
function reaching(tcp: number, udp: number): string {
  return `
for to in 127.0.0.1/${tcp} 10.0.0.1/80 169.254.169.254/80 1.1.1.1/443; do timeout 3 bash -c "exec 3<>/dev/tcp/$to" 2>/dev/null && echo "tcp $to"; done
timeout 3 bash -c 'echo x > /dev/udp/127.0.0.1/${udp}' 2>/dev/null
timeout 3 bash -c 'echo x > /dev/udp/1.1.1.1/53' 2>/dev/null && echo "udp out"
timeout 3 getent hosts example.com >/dev/null && echo "a name"
echo "proxy \${HTTPS_PROXY:-none}"
`
}

/** What a proxy answers to a request that is written byte by byte. */
const ask = (request: string): string => `exec 3<>"/dev/tcp/127.0.0.1/\${HTTPS_PROXY##*:}"; printf '${request}' >&3; head -c 300 <&3; exec 3>&-`

describe.skipIf(noSandbox !== undefined)(`the network of a sandbox${noSandbox === undefined ? '' : ` (skipped: ${noSandbox})`}`, () => {
  it.each([
    ['where no host is allowed', [], 'none'], ['but a proxy where one is', ['good.example'], 'a port'],
  ] as const)('is nothing at all %s: no address, no name, no datagram, no cloud', async (_where, allowHosts, proxy) => {
    const outside = await world({ 'good.example': ['93.184.216.34'] })
    const datagrams = await datagramsTo(outside.hits)
    const { tree, ...place } = newYard({}, outside.sockets)
    const sandbox = await place.open({ allowHosts })
    const said = await inside(sandbox, tree, reaching(outside.port, datagrams.port), { HTTPS_PROXY: 'http://user:password@proxy.example:3128' })
    await sandbox.close()
    await datagrams.close()
    outside.close()
    expect([said.out.replace(/http:..127.0.0.1:\d+/, 'a port'), outside.hits, outside.asked]).toEqual([`proxy ${proxy}\n`, [], []])
  })

  it('is alive without one: what is refused inside is answered outside', async () => {
    const outside = await world({})
    const datagrams = await datagramsTo(outside.hits)
    const { tree, ...place } = newYard({}, outside.sockets)
    const plain = await place.open({ mode: 'off' })
    const said = await inside(plain, tree, reaching(outside.port, datagrams.port).replaceAll('example.com', 'localhost'))
    await datagrams.close()
    outside.close()
    expect(said.out.split('\n')).toEqual(expect.arrayContaining([`tcp 127.0.0.1/${outside.port}`, 'a name', 'proxy none']))
    expect(outside.hits.toSorted()).toEqual(['tcp', 'udp'])
  })

  it('leads to allowed hosts alone, by name, through the proxy', async () => {
    const outside = await world({ 'good.example': ['93.184.216.34'], 'trap.example': ['93.184.216.34', '169.254.169.254'], 'six.example': ['::ffff:10.0.0.1'] })
    const { tree, denials, ...place } = newYard({}, outside.sockets)
    const sandbox = await place.open({ allowHosts: ['good.example', 'trap.example', 'six.example'] })
    const requests = [
      'CONNECT good.example:443 HTTP/1.1\\r\\nHost: good.example\\r\\n\\r\\n', 'CONNECT evil.example:443 HTTP/1.1\\r\\n\\r\\n', 'CONNECT sub.good.example:443 HTTP/1.1\\r\\n\\r\\n',
      'CONNECT good.example:80 HTTP/1.1\\r\\n\\r\\n', 'CONNECT 93.184.216.34:443 HTTP/1.1\\r\\n\\r\\n', 'CONNECT 169.254.169.254:443 HTTP/1.1\\r\\n\\r\\n',
      'CONNECT evil.example\\0.good.example:443 HTTP/1.1\\r\\n\\r\\n', 'CONNECT trap.example:443 HTTP/1.1\\r\\n\\r\\n', 'CONNECT six.example:443 HTTP/1.1\\r\\n\\r\\n',
      'GET http://good.example/ HTTP/1.1\\r\\n\\r\\n', 'CONNECT GOOD.example:443 HTTP/1.1\\r\\n\\r\\n',
    ]
    const said = await inside(sandbox, tree, requests.map((request) => `(${ask(request)}); echo`).join('\n'))
    await sandbox.close()
    outside.close()
    const lines = said.out.split('\n').map((line) => line.trim()).filter((line) => /^(HTTP|the)/.test(line))
    expect(lines).toEqual(['HTTP/1.1 200 Connection Established', 'the server', ...requests.slice(1).map(() => 'HTTP/1.1 403 Forbidden')])
    expect(denials).toEqual([
      'DENY evil.example:443: the host is not in `allow_hosts`',
      'DENY sub.good.example:443: the host is not in `allow_hosts`',
      'DENY good.example:80: it is no plain host name with port 443',
      'DENY 93.184.216.34:443: it is no plain host name with port 443',
      'DENY 169.254.169.254:443: it is no plain host name with port 443',
      'DENY evil.example?.good.example:443: it is no plain host name with port 443',
      'DENY trap.example:443: the host leads to 169.254.169.254, which is not public',
      'DENY six.example:443: the host leads to ::ffff:10.0.0.1, which is not public',
      'DENY GET http://good.example/ HTTP/1.1: only `CONNECT host:443` is served',
      'DENY GOOD.example:443: it is no plain host name with port 443',
    ])
    expect([outside.hits, outside.asked]).toEqual([['tcp'], ['good.example', 'trap.example', 'six.example']])
  })

  it('is gone with a daemon that was left in it, when the command ends', MEASURED, async () => {
    const { tree, ...place } = newYard()
    const sandbox = await place.open()
    const began = performance.now()
    const said = await inside(sandbox, tree, '(setsid sleep 86467.25 >/dev/null 2>&1 </dev/null &) ; (trap "" TERM; exec sleep 86467.25) & disown; echo left')
    const took = performance.now() - began
    const left = await inside(await place.open({ mode: 'off' }), tree, 'pgrep -fx "sleep 86467.25" || echo none')
    await sandbox.close()
    expect([said.out, left.out]).toEqual(['left\n', 'none\n'])
    expect(took).toBeLessThan(2000)
  })

  it('cannot be nested: a second sandbox inside says why', async () => {
    const { tree, ...place } = newYard()
    const sandbox = await place.open()
    const said = await inside(sandbox, tree, 'bwrap --unshare-all --ro-bind / / --proc /proc true')
    await sandbox.close()
    expect(said.code).not.toBe(0)
    expect(causeOf(said.err).reason).toMatch(/^bubblewrap may not make namespaces, as in most containers/)
  })
})
