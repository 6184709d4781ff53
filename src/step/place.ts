import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Workspace, WorkspaceFailure } from '../workspace/workspace.ts'
import { keepArtifacts } from './artifacts.ts'
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

/** Does the work of an attempt at its place, and keeps the step's artifacts from there however it ends. */
export async function atPlace(
  world: StepWorld, task: AttemptTask, io: AttemptIo, work: (place: Place) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  const place = await openPlace(world, task, io)
  if (!place.ok) return { status: 'failed', failure: place.error }
  try {
    const result = await work(place.value)
    return { ...result, artifacts: await keepArtifacts(world, task, io, place.value) }
  } finally {
    await place.value.leave()
  }
}

/** Opens the place by the workspace rule: a worktree of what the needed steps made, else the checkout itself. */
async function openPlace(world: StepWorld, task: AttemptTask, io: AttemptIo): Promise<Result<Place, Failure>> {
  switch (placeKind(task)) {
    case 'worktree': return openWorktree(world, task, io)
    case 'none': return ok(await emptyFolder(world, io))
    case 'checkout': {
      const done = world.cache?.working()
      return ok({ ...world.checkout, worktree: null, enclosures: null, leave: async () => done?.() })
    }
  }
}

/** The workspace rule. */
export function placeKind({ step: { kind, workspace }, inherited }: Pick<AttemptTask, 'step' | 'inherited'>): 'worktree' | 'checkout' | 'none' {
  const inherits = workspace === 'inherit' && inherited.length > 0
  if (kind === 'agent' || kind === 'deliver' || workspace === 'worktree' || inherits) return 'worktree'
  return workspace === 'none' ? 'none' : 'checkout'
}

async function emptyFolder(world: StepWorld, io: AttemptIo): Promise<Place> {
  const folder = `${io.outputFile}.folder`
  await world.ports.files.makeFolder(folder)
  return { root: folder, cwd: folder, worktree: null, enclosures: null, leave: async () => world.ports.files.remove(folder) }
}

async function openWorktree(world: StepWorld, task: AttemptTask, io: AttemptIo): Promise<Result<Place, Failure>> {
  io.activity('preparing a worktree')
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return workspaces
  const acquired = await workspaces.value.acquire(task.inherited)
  if (!acquired.ok) return err(workspaceFailure(acquired.error))
  const workspace = acquired.value
  const worktree = { workspace, workspaces: workspaces.value }
  const agent = task.step.kind === 'agent' ? world.pipeline.agents.get(task.agent ?? task.step.agent) : undefined
  const enclosures = createEnclosures(world, io, worktree, agent)
  const leave = async (): Promise<void> => {
    await enclosures.close()
    await workspaces.value.release(workspace)
  }
  const failure = await setUp(world, task, io, workspace)
  if (failure) {
    await leave()
    return err(failure)
  }
  return ok({ root: workspace.root, cwd: workspace.cwd, worktree, enclosures, leave })
}

async function setUp(world: StepWorld, task: AttemptTask, io: AttemptIo, workspace: Workspace): Promise<Failure | undefined> {
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

export function workspaceFailure(failure: WorkspaceFailure): Failure {
  if (failure.code === 'merge-conflict') return failure
  return { code: 'workspace-failed', message: failure.message }
}
