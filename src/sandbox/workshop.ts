import { join } from 'node:path'
import type { Owner, Ports } from '../base/ports.ts'
import type { Tools } from './arguments.ts'
import type { View } from './layout.ts'
import type { Cell } from './sandbox.ts'

export interface SandboxSettings {
  /** A folder of the run's own, made when it is needed: temporary files and homes of sandboxes lie in it. */
  readonly folder: string
  /** The runner's environment: where programs and its home are. */
  readonly env: Readonly<Record<string, string>>
  /** Who we are; undefined where the system knows no users. */
  readonly uid: number | undefined
  readonly platform: string
  readonly architecture: string
  /** Where our node lies. */
  readonly node: string
  /** Folders that no sandbox shows: the checkout, the state folder, those of a CI's own runner. */
  readonly hidden: readonly string[]
}

export type SandboxPorts = Pick<Ports, 'files' | 'processes' | 'sockets' | 'clock'>

/** What is the same for all sandboxes of a run, once one has held. */
export interface Workshop {
  readonly ports: SandboxPorts
  readonly settings: SandboxSettings
  readonly tools: Tools
  readonly owner: Owner | undefined
  /** What system calls are let through. */
  readonly filter: Buffer
}

/** The folders of a sandbox's own. */
export interface Booth {
  readonly view: View
  /** The file of the filter. */
  readonly filter: string
}

/** Makes them, below one that only we can reach. */
export async function makeBooth({ ports: { files }, settings, owner, filter }: Workshop, folder: string, cell: Pick<Cell, 'root' | 'visible'>): Promise<Booth> {
  const { env, hidden } = settings
  const temporary = join(folder, 'tmp')
  const own = join(folder, 'home')
  await files.makeFolder(settings.folder, 0o700)
  for (const path of [temporary, own]) {
    await files.makeFolder(path, 0o755)
    if (owner) await files.own(path, owner, 'entry')
  }
  await files.write(join(folder, 'filter'), filter)
  const home = env.HOME !== undefined && env.HOME.startsWith('/') && env.HOME !== '/' ? { path: env.HOME, own } : undefined
  const programs = (env.PATH ?? '').split(':').filter((path) => path.startsWith('/') && path !== '/')
  return { view: { root: cell.root, temporary, home, programs, visible: cell.visible, hidden }, filter: join(folder, 'filter') }
}
