import type { Workspace, Workspaces } from '../workspace/workspace.ts'

/** A worktree and those of its run. */
export interface Worktree {
  readonly workspace: Workspace
  readonly workspaces: Workspaces
}
