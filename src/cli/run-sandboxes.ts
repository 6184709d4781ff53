import { join, resolve } from 'node:path'
import type { Ports } from '../base/ports.ts'
import type { Sandboxes } from '../sandbox/sandbox.ts'

export interface RunPlace {
  readonly run: string
  readonly cwd: string
  readonly stateDir: string
}

/** Where the CI's own runner keeps its work, its keys and the files by which a job is steered. */
const RUNNERS = ['RUNNER_TEMP', 'RUNNER_WORKSPACE', 'GITHUB_WORKSPACE', 'CI_PROJECT_DIR', 'CI_BUILDS_DIR']

/** The sandboxes of a run, of which nothing is loaded before one is asked for. What a killed run leaves goes with its worktrees. */
export function createRunSandboxes(ports: Ports, env: Readonly<Record<string, string>>, place: RunPlace): Sandboxes {
  let opened: Promise<Sandboxes> | undefined
  const own = async (): Promise<Sandboxes> => (opened ??= open(ports, env, place))
  return {
    readiness: async () => (await own()).readiness(),
    open: async (cell) => (await own()).open(cell),
    close: async () => (await opened)?.close(),
  }
}

async function open(ports: Ports, env: Readonly<Record<string, string>>, { run, cwd, stateDir }: RunPlace): Promise<Sandboxes> {
  const { createSandboxes } = await import('../sandbox/open.ts')
  const state = resolve(cwd, stateDir)
  await ports.files.makeFolder(join(state, 'worktrees'))
  const worktrees = (await ports.files.real(join(state, 'worktrees'))) ?? join(state, 'worktrees')
  const runners = RUNNERS.flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [resolve(cwd, env[name])]))
  const root = (await ports.git.inspect(cwd).catch(() => undefined))?.root ?? cwd
  const hidden = await Promise.all([root, state, ...runners].map(async (path) => (await ports.files.real(path)) ?? path))
  return createSandboxes(ports, {
    folder: join(worktrees, `${run}~sandbox`), env, hidden: [...new Set(hidden)].filter((path) => path !== '/'),
    uid: process.getuid?.(), platform: process.platform, architecture: process.arch, node: process.execPath,
  })
}
