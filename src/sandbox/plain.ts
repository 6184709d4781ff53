import type { Listener } from '../base/ports.ts'
import type { SandboxPorts } from './workshop.ts'
import type { Cell, Sandbox } from './sandbox.ts'

/** What stands for a sandbox where there is none: commands run as ever, and services listen on this machine's own loopback. */
export async function openPlain({ processes, sockets }: SandboxPorts, cell: Pick<Cell, 'services'>, lack: string | undefined): Promise<Sandbox> {
  const listeners = new Map<string, Listener>()
  for (const { name, accept } of cell.services) listeners.set(name, await sockets.listen({ host: '127.0.0.1', port: 0 }, accept))
  return {
    isolation: 'process',
    lack,
    processes,
    owner: undefined,
    port: (service) => listeners.get(service)?.port ?? 0,
    async close() {
      for (const listener of listeners.values()) await listener.close()
    },
  }
}
