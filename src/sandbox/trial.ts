import { join } from 'node:path'
import type { Owner } from '../base/ports.ts'
import { enclosed } from './arguments.ts'
import { INSTALL } from './cause.ts'
import { layOut } from './layout.ts'
import { probe } from './probe.ts'
import type { Readiness } from './sandbox.ts'
import { seccompFilter } from './seccomp.ts'
import { makeView } from './workshop.ts'
import type { SandboxPorts, SandboxSettings, Workshop } from './workshop.ts'

/** `nobody`, who owns nothing. */
const NOBODY: Owner = { uid: 65534, gid: 65534 }

export interface Trial {
  readonly readiness: Readiness
  readonly workshop: Workshop | undefined
}

/** Looks for the programs and tries a sandbox. */
export async function tryOut(ports: SandboxPorts, settings: SandboxSettings): Promise<Trial> {
  const refuse = (reason: string, help: string): Trial => ({ readiness: { ok: false, reason, help }, workshop: undefined })
  if (settings.platform !== 'linux') return refuse(`bubblewrap does not exist for ${settings.platform}`, 'run on Linux, or in a container')
  const path = settings.env.PATH ?? ''
  const find = async (program: string): Promise<string | undefined> => ports.processes.find(program, path)
  const [bwrap, setpriv, nsenter] = await Promise.all([find('bwrap'), find('setpriv'), find('nsenter')])
  if (bwrap === undefined) return refuse('`bwrap` (bubblewrap) is not on the PATH', INSTALL)
  const owner = settings.uid === 0 ? NOBODY : undefined
  if (owner && setpriv === undefined) return refuse('`setpriv` is not on the PATH, by which root becomes another user', 'install util-linux')
  const filter = seccompFilter(settings.architecture)
  if (!filter) return refuse(`there is no filter of system calls for ${settings.architecture}`, 'run on x64 or arm64')
  await ports.files.makeFolder(settings.folder, 0o700)
  const filterFile = join(settings.folder, 'filter')
  await ports.files.write(filterFile, filter, 0o600)
  const workshop: Workshop = { ports, settings, tools: { bwrap, shell: '/bin/sh', setpriv, nsenter }, owner, filter: filterFile }
  const readiness = await tryBubblewrap(workshop)
  return { readiness, workshop: readiness.ok ? workshop : undefined }
}

async function tryBubblewrap(workshop: Workshop): Promise<Readiness> {
  const { ports, settings, owner, tools, filter } = workshop
  const folder = join(settings.folder, 'probe')
  const view = await makeView(workshop, folder, { root: join(folder, 'tree'), access: 'write', visible: [] })
  await ports.files.makeFolder(view.root, 0o755)
  if (owner) await ports.files.own(view.root, owner, 'entry')
  const mounts = await layOut(ports.files, view)
  const readiness = await probe(ports, (argv) => enclosed({ tools, owner, filter, mounts, networkOf: undefined, processes: 'own' }, '/', argv), view.root, settings.env)
  await ports.files.remove(folder)
  return readiness
}
