import { join } from 'node:path'
import type { Owner } from '../base/ports.ts'
import { enclosed } from './arguments.ts'
import { INSTALL } from './cause.ts'
import { layOut } from './layout.ts'
import { probe } from './probe.ts'
import type { Readiness } from './sandbox.ts'
import { seccompFilter } from './seccomp.ts'
import { makeBooth } from './workshop.ts'
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
  const workshop: Workshop = { ports, settings, tools: { bwrap, shell: '/bin/sh', setpriv, nsenter }, owner, filter }
  const readiness = await tryBubblewrap(workshop)
  return { readiness, workshop: readiness.ok ? workshop : undefined }
}

/** Leaves nothing behind: many runs are only asked whether they could be locked in. */
async function tryBubblewrap(workshop: Workshop): Promise<Readiness> {
  const { ports, settings, owner, tools } = workshop
  const folder = join(settings.folder, 'probe')
  const root = join(folder, 'tree')
  const { view, filter } = await makeBooth(workshop, folder, { root, visible: [] })
  await ports.files.makeFolder(root, 0o755)
  if (owner) await ports.files.own(root, owner, 'entry')
  const mounts = await layOut(ports.files, view)
  const readiness = await probe(ports, (argv) => enclosed({ tools, owner, filter, mounts, networkOf: undefined, processes: 'own' }, '/', argv), root, settings.env)
  await ports.files.remove(settings.folder)
  return readiness
}
