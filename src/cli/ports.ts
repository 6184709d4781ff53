import type { Ports } from '../base/ports.ts'
import { createClock } from '../host/clock.ts'
import { createFiles } from '../host/files.ts'
import { createGit } from '../host/git.ts'
import { createHttp } from '../host/http.ts'
import { createHttpServers } from '../host/http-servers.ts'
import { createOwners } from '../host/owner.ts'
import { createPages } from '../host/pages.ts'
import { createProcesses } from '../host/processes.ts'
import { createRandom } from '../host/random.ts'
import { createPatterns } from '../host/regex.ts'
import { createSockets } from '../host/sockets.ts'

/** The environment of this process, without what is not set. */
export function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** The real world. */
export function realPorts(env: Readonly<Record<string, string>>): Ports {
  const processes = createProcesses(env)
  return {
    files: createFiles(),
    processes,
    git: createGit(env, processes.marker),
    http: createHttp(),
    sockets: createSockets(),
    servers: createHttpServers(),
    pages: createPages(),
    clock: createClock(),
    random: createRandom(),
    patterns: createPatterns(),
    owners: createOwners(processes.marker),
  }
}
