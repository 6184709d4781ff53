import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sockets } from '../../src/base/ports.ts'
import { createClock } from '../../src/host/clock.ts'
import { createFiles } from '../../src/host/files.ts'
import { createProcesses } from '../../src/host/processes.ts'
import { createSockets } from '../../src/host/sockets.ts'
import { createSandboxes } from '../../src/sandbox/open.ts'
import type { Cell, Sandbox, Sandboxes } from '../../src/sandbox/sandbox.ts'
import type { SandboxSettings } from '../../src/sandbox/workshop.ts'

/** Why no sandbox can be tested here; undefined where one can. */
export const noSandbox = spawnSync('bwrap', ['--version']).status === 0 ? undefined : 'needs bwrap (bubblewrap)'

export interface Yard {
  /** Holds the checkout `project`, in it the state folder with the worktree `tree`. */
  readonly base: string
  readonly tree: string
  readonly sandboxes: Sandboxes
  readonly denials: string[]
  open(cell?: Partial<Cell>): Promise<Sandbox>
  remove(): void
}

/** A place like that of a run. `sockets` stand in for the network outside. */
export function yard(changes: Partial<SandboxSettings> = {}, sockets: Partial<Sockets> = {}): Yard {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'orch-run-yard-')))
  const tree = join(base, 'project/.orch-run/worktrees/1/tree')
  const home = join(base, 'home')
  for (const folder of [tree, home]) mkdirSync(folder, { recursive: true })
  const env = { PATH: process.env.PATH ?? '', HOME: home, ...changes.env }
  const ports = { files: createFiles(), processes: createProcesses(env), sockets: { ...createSockets(), ...sockets }, clock: createClock() }
  const sandboxes = createSandboxes(ports, {
    folder: join(base, 'project/.orch-run/private'), uid: process.getuid?.(), platform: process.platform, architecture: process.arch, node: process.execPath,
    hidden: [join(base, 'project')], ...changes, env,
  })
  const denials: string[] = []
  return {
    base, tree, sandboxes, denials,
    async open(cell = {}) {
      const opened = await sandboxes.open({
        mode: 'require', root: tree, visible: [], allowHosts: [], services: [], denied: (line) => void denials.push(line), ...cell,
      })
      if (!opened.ok) throw new Error(opened.error)
      if (opened.value.owner) await ports.files.own(cell.root ?? tree, opened.value.owner, 'tree')
      return opened.value
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}

export interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a script inside, with a small environment. */
export async function inside(sandbox: Sandbox, cwd: string, script: string, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const chunks: [Buffer[], Buffer[]] = [[], []]
  const child = await sandbox.processes.start({
    argv: ['bash', '-c', script], cwd, env: { PATH: process.env.PATH ?? '', ...env },
    onStdout: (chunk) => void chunks[0].push(chunk), onStderr: (chunk) => void chunks[1].push(chunk),
  })
  const { exitCode } = await child.ended
  return { code: exitCode, out: Buffer.concat(chunks[0]).toString('utf8'), err: Buffer.concat(chunks[1]).toString('utf8') }
}
