import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { WorkspaceSpec } from '../pipeline/pipeline.ts'
import type { Failure } from '../run/failure.ts'
import type { WorkspacesSettings } from '../workspace/open.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { RunOrder } from './run-order.ts'

/** The worktrees of a run. Pipelines that link and copy the same paths share them, since a slot is laid out for those. */
export interface RunWorkspaces {
  of(workspace: Pick<WorkspaceSpec, 'link' | 'copy'>): Promise<Result<Workspaces, Failure>>
  close(): Promise<void>
}

/** What they all have in common. */
type Shared = Pick<WorkspacesSettings, 'leaks' | 'presence'>

/** Nothing is opened before it is asked for. */
export function createRunWorkspaces(order: RunOrder, shared: Shared): RunWorkspaces {
  const opened = new Map<string, Promise<Result<Workspaces, Failure>>>()
  const own = keyOf(order.plan.pipeline.workspace)
  return {
    async of(workspace) {
      const key = keyOf(workspace)
      const folder = key === own ? order.run.id : `${order.run.id}~${createHash('sha256').update(key).digest('hex').slice(0, 12)}`
      const found = opened.get(key) ?? open(order, shared, workspace, folder)
      opened.set(key, found)
      return found
    },
    async close() {
      for (const one of opened.values()) {
        const workspaces = await one
        if (workspaces.ok) await workspaces.value.close()
      }
    },
  }
}

function keyOf({ link, copy }: Pick<WorkspaceSpec, 'link' | 'copy'>): string {
  return JSON.stringify([link, copy])
}

async function open(order: RunOrder, shared: Shared, { link, copy }: Pick<WorkspaceSpec, 'link' | 'copy'>, folder: string): Promise<Result<Workspaces, Failure>> {
  const { ports, cwd, run, readiness } = order
  const { repository, base } = readiness
  if (!repository || !base) return err({ code: 'workspace-failed', message: 'a worktree needs a git repository with a commit' })
  const { openWorkspaces } = await import('../workspace/open.ts')
  const opened = await openWorkspaces(ports, {
    run: run.id, stateDir: resolve(cwd, order.options.stateDir), checkout: cwd, repository, base: base.commit, link, copy, folder, ...shared,
  })
  return opened.ok ? ok(opened.value) : err({ code: 'workspace-failed', message: opened.error.message })
}
