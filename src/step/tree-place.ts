import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Workspace, WorkspaceFailure, Workspaces } from '../workspace/workspace.ts'
import { createEnclosures } from './enclosure.ts'
import type { Enclosures } from './enclosure.ts'
import { stepEnvironment } from './environment.ts'
import { runScript } from './script.ts'
import type { StepWorld } from './world.ts'
import type { Worktree } from './worktree.ts'

/** Where an attempt works. */
export interface Place {
  readonly root: string
  readonly cwd: string
  /** Null where the step runs in the checkout itself, or nowhere in particular. */
  readonly worktree: Worktree | null
  /** Where what agents wrote is run; null without a worktree. */
  readonly enclosures: Enclosures | null
  leave(): Promise<void>
}

/** Where an attempt works that has a worktree of its own. */
export type TreePlace = Place & { readonly worktree: Worktree; readonly enclosures: Enclosures }

/** A worktree of these commits, set up as the pipeline says. */
export async function openTreePlace(
  world: StepWorld, task: AttemptTask, io: AttemptIo, workspaces: Workspaces, commits: readonly string[],
): Promise<Result<TreePlace, Failure>> {
  io.activity('preparing a worktree')
  const acquired = await workspaces.acquire(commits)
  if (!acquired.ok) return err(workspaceFailure(acquired.error))
  const workspace = acquired.value
  const worktree = { workspace, workspaces }
  const agent = task.step.kind === 'agent' ? world.pipeline.agents.get(task.agent ?? task.step.agent) : undefined
  const enclosures = createEnclosures(world, io, worktree, agent)
  const leave = async (): Promise<void> => {
    await enclosures.close()
    await workspaces.release(workspace)
  }
  const failure = await setUp(world, task, io, workspace)
  if (failure) {
    await leave()
    return err(failure)
  }
  return ok({ root: workspace.root, cwd: workspace.cwd, worktree, enclosures, leave })
}

/** `workspace.setup` in a worktree that is handed out, or whose files are those of another tree now. */
export async function setUp(world: StepWorld, task: AttemptTask, io: AttemptIo, workspace: Workspace): Promise<Failure | undefined> {
  const { setup } = world.pipeline.workspace
  if (setup === undefined) return undefined
  io.activity('setting the worktree up')
  const env = stepEnvironment(world, task, 'open')
  if (!env.ok) return { code: 'expression-failed', message: env.error }
  const ended = await runScript(world, task, io, { script: setup, shell: 'bash -euo pipefail', cwd: workspace.cwd, env: env.value })
  if (!ended.ok) return ended.error
  if (ended.value.exitCode === 0) return undefined
  return { code: 'setup-failed', message: `\`workspace.setup\` exited with code ${ended.value.exitCode}` }
}

/** What checks wrote into the tree is not the work that they judged: it is neither kept nor shown to an agent. */
export async function restore({ worktree }: Place, tree: string): Promise<Failure | undefined> {
  if (!worktree) return undefined
  const restored = await worktree.workspaces.restore(worktree.workspace, tree)
  return restored.ok ? undefined : workspaceFailure(restored.error)
}

/** What changed in the user's checkout while an agent worked, although it has no business there. */
export async function reportTrespasses(io: AttemptIo, workspaces: Workspaces | undefined): Promise<void> {
  for (const message of (await workspaces?.trespasses()) ?? []) {
    await io.emit({ type: 'noticed', severity: 'error', code: 'wrote-outside', message })
  }
}

export function workspaceFailure(failure: WorkspaceFailure | Failure): Failure {
  return failure.code === 'git-failed' || failure.code === 'refused' ? { code: 'workspace-failed', message: failure.message } : failure
}
