import type { Child, Processes } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'

/**
 * Runs inside of the network namespace, for as long as the sandbox does, and does nothing but pass bytes on: every argument is
 * the path of a Unix socket outside, for which it listens at a free port of 127.0.0.1. Then it tells its pid and the ports.
 */
const PROGRAM = `
const { connect, createServer } = require('node:net')
const { argv, pid, stdout } = require('node:process')
const listen = (path) => new Promise((done, fail) => {
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ path, allowHalfOpen: true })
    for (const [from, to] of [[inner, outer], [outer, inner]]) {
      from.on('error', () => to.destroy()).once('close', () => { if (!from.readableEnded) to.destroy() })
      from.pipe(to)
    }
  })
  server.on('error', fail).listen(0, '127.0.0.1', () => done(server.address().port))
})
Promise.all(argv.slice(1).map(listen)).then((ports) => stdout.write(['ready', pid, ...ports].join(' ') + '\\n'))
`

export interface Bridge {
  /** A process in the network namespace: commands join it there. */
  readonly pid: number
  /** In the order of the sockets. */
  readonly ports: readonly number[]
  stop(): Promise<void>
}

const GRACE_MS = 500

/** The arguments of node that start a bridge to these sockets, as they are called inside. */
export function bridgeArguments(sockets: readonly string[]): string[] {
  return ['-e', PROGRAM, '--', ...sockets]
}

/** Starts a bridge; rejects with a `PortError`, that holds what it said, when it does not come up. */
export async function startBridge(processes: Processes, argv: [string, ...string[]], env: Readonly<Record<string, string>>): Promise<Bridge> {
  const ready = Promise.withResolvers<readonly number[]>()
  let said = ''
  let out = ''
  const child: Child = await processes.start({
    argv, cwd: '/', env, input: '',
    onStdout: (chunk) => {
      out += chunk.toString('latin1')
      const line = /^ready (.+)\n/.exec(out)?.[1]
      if (line !== undefined) ready.resolve(line.split(' ').map(Number))
    },
    onStderr: (chunk) => { if (said.length < 10_000) said += chunk.toString('utf8') },
  })
  const early = child.ended.then(() => { throw new PortError('EIO', 'bridge', said.trim() === '' ? 'the bridge to the sandbox ended' : said.trim()) })
  early.catch(() => {})
  const [pid = 0, ...ports] = await Promise.race([ready.promise, early])
  return { pid, ports, stop: async () => child.stop(GRACE_MS) }
}
