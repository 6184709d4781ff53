import { join } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Command, Listener, Processes } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { enclosed } from './arguments.ts'
import { bridgeArguments, startBridge } from './bridge.ts'
import type { Bridge } from './bridge.ts'
import { createEgress } from './egress.ts'
import { layOut, mount, system } from './layout.ts'
import { makeBooth } from './workshop.ts'
import type { Workshop } from './workshop.ts'
import type { Cell, Sandbox, Service } from './sandbox.ts'

/** The name under which the egress proxy stands among the services. */
const EGRESS = ' egress'

/** Variables by which programs find a proxy. Those of this machine would lead nowhere inside, and may hold a password. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'FTP_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'ftp_proxy']

/** A sandbox that commands can be started in, in a place where one has held. */
export async function createCell(workshop: Workshop, cell: Cell, folder: string): Promise<Result<Sandbox, string>> {
  const { ports, owner } = workshop
  const egress: Service[] = cell.allowHosts.length === 0 ? [] : [{ name: EGRESS, accept: createEgress(ports, cell) }]
  const services = [...cell.services, ...egress]
  const { view, filter } = await makeBooth(workshop, folder, cell)
  const [mounts, connected] = await Promise.all([layOut(ports.files, view), connect(workshop, services, folder, filter)])
  if (!connected.ok && cell.services.length > 0) return err(`services cannot be reached from inside of the sandbox: ${connected.error}`)
  const network = connected.ok ? connected.value : undefined
  const enclosure = { tools: workshop.tools, owner, filter, mounts, networkOf: network?.bridge.pid, processes: 'own' as const }
  const proxy = network?.ports.get(EGRESS)
  return ok({
    isolation: connected.ok ? 'sandbox' : 'namespace',
    lack: connected.ok ? undefined : `the egress proxy cannot be reached from inside: ${connected.error}`,
    owner,
    processes: insideOf(ports.processes, ({ argv, cwd, env, ...rest }) => ({ ...rest, argv: enclosed(enclosure, cwd, argv), cwd: '/', env: environment(env, proxy) })),
    port: (service) => network?.ports.get(service) ?? 0,
    async close() {
      await network?.close()
      await ports.files.remove(folder)
    },
  })
}

/** The same processes, each command changed before it starts. What does not exist is told as it is outside. */
function insideOf(processes: Processes, change: (command: Command) => Command): Processes {
  /** Programs of the system, which nobody inside can remove, with the PATH by which they were found. */
  const known = new Set<string>()
  const exists = async (program: string, path: string): Promise<boolean> => {
    const key = `${program}\0${path}`
    if (known.has(key)) return true
    const place = await processes.find(program, path)
    if (place?.startsWith('/usr/') === true) known.add(key)
    return place !== undefined
  }
  return {
    find: async (program, path) => processes.find(program, path),
    async start(command) {
      const [program] = command.argv
      const place = program.includes('/') && !program.startsWith('/') ? join(command.cwd, program) : program
      if (!(await exists(place, command.env.PATH ?? ''))) throw new PortError('ENOENT', program, `the program \`${program}\` was not found`)
      return processes.start(change(command))
    },
  }
}

function environment(env: Readonly<Record<string, string>>, proxy: number | undefined): Record<string, string> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !PROXIES.includes(name)))
  const base = { ...own, TMPDIR: '/tmp' }
  if (proxy === undefined) return base
  const url = `http://127.0.0.1:${proxy}`
  const local = 'localhost,127.0.0.1,::1'
  return { ...base, HTTP_PROXY: url, HTTPS_PROXY: url, ALL_PROXY: url, NO_PROXY: local, http_proxy: url, https_proxy: url, all_proxy: url, no_proxy: local, NODE_USE_ENV_PROXY: '1' }
}

interface Network {
  readonly bridge: Bridge
  readonly ports: ReadonlyMap<string, number>
  close(): Promise<void>
}

/** A network namespace in which nothing is but our bridge, and behind it the services; none where there are no services. */
async function connect(workshop: Workshop, services: readonly Service[], folder: string, filter: string): Promise<Result<Network | undefined, string>> {
  if (services.length === 0) return ok(undefined)
  const { ports: { files, processes, sockets }, settings, tools, owner } = workshop
  if (tools.nsenter === undefined) return err('`nsenter` is not on the PATH')
  const place = join(folder, 'sockets')
  await files.makeFolder(place, 0o700)
  const listeners: Listener[] = []
  const close = async (): Promise<void> => { for (const listener of listeners) await listener.close() }
  try {
    for (const [at, { accept }] of services.entries()) listeners.push(await sockets.listen({ path: join(place, String(at)) }, accept))
    const shown = services.map((_, at) => `/run/orch-run/${at}`)
    const mounts = [
      // A whole `/dev` would make bubblewrap nest two user namespaces, of which others could not join the network's.
      ...(await system(files)), ...['/dev/null', '/dev/urandom'].map((path) => ['--dev-bind', path, path]), ...mount('--ro-bind', settings.node, '/run/orch-run/node'),
      ...shown.flatMap((path, at) => mount('--bind', join(place, String(at)), path)),
    ].flat()
    const enclosure = { tools, owner, filter, mounts, networkOf: undefined, processes: 'shared' as const }
    const bridge = await startBridge(processes, enclosed(enclosure, '/', ['/run/orch-run/node', ...bridgeArguments(shown)]), { PATH: settings.env.PATH ?? '' })
    return ok({ bridge, ports: new Map(services.map(({ name }, at) => [name, bridge.ports[at] ?? 0])), close: async () => { await bridge.stop(); await close() } })
  } catch (error) {
    await close()
    if (error instanceof PortError) return err(error.message)
    throw error
  }
}
