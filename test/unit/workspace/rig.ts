import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createFiles } from '../../../src/host/files.ts'
import { createGit } from '../../../src/host/git.ts'
import { type WorkspacesSettings, openWorkspaces } from '../../../src/workspace/open.ts'
import type { Workspace, Workspaces } from '../../../src/workspace/workspace.ts'

/** A repository in an empty home, and the ports to work on it. */
export interface Rig {
  readonly top: string
  readonly home: string
  /** The user's checkout. */
  readonly user: string
  readonly ports: Parameters<typeof openWorkspaces>[0]
  /** Runs bash and gives what it printed. */
  sh(script: string, cwd?: string): string
  open(settings?: Partial<WorkspacesSettings>): Promise<Workspaces>
  remove(): void
}

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

/** One commit of the files on `main`, unless `build` says otherwise. */
export function createRig(files: Readonly<Record<string, string>> = { 'work.txt': 'w\n' }, build = 'git add -A && git commit -qm one'): Rig {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')))
  const home = join(top, 'home')
  const user = join(top, 'user')
  for (const folder of [home, user]) mkdirSync(folder)
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
  const git = createGit(env)
  const sh = (script: string, cwd = user) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }).toString('utf8').trim()
  sh('git init -q -b main && git config user.name U && git config user.email u@example.test')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(user, path)), { recursive: true })
    writeFileSync(join(user, path), text)
  }
  sh(build)
  const ports = { files: createFiles(), git, clock: { now: () => NOW, elapsed: () => 0, after: () => () => undefined } }
  return {
    top, home, user, ports, sh,
    async open(settings = {}) {
      const repository = await git.inspect(user)
      if (repository?.head === undefined) throw new Error('the rig has no commit')
      const whole = { run: 'r1', stateDir: join(top, 'state'), checkout: user, repository, base: repository.head, link: [], copy: [], ...settings }
      const opened = await openWorkspaces(ports, whole)
      if (!opened.ok) throw new Error(opened.error.message)
      return opened.value
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  }
}

export async function acquired(workspaces: Workspaces, commits: readonly string[] = []): Promise<Workspace> {
  const result = await workspaces.acquire(commits)
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}

export async function collected(workspaces: Workspaces, workspace: Workspace): Promise<{ tree: string; commit: string | null; files: readonly string[] }> {
  const result = await workspaces.collect(workspace, { message: 'Work', trailers: [['Orch-Run', 'r1']] })
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}

/** Changes made by a script in a fresh worktree, as a commit. */
export async function changed(rig: Rig, workspaces: Workspaces, script: string, commits: readonly string[] = []): Promise<string> {
  const workspace = await acquired(workspaces, commits)
  rig.sh(script, workspace.root)
  const { commit } = await collected(workspaces, workspace)
  await workspaces.release(workspace)
  if (commit === null) throw new Error('nothing was changed')
  return commit
}
