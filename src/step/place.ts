import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { keepArtifacts } from './artifacts.ts'
import { inheritedCommits } from './inherited.ts'
import { openTreePlace } from './tree-place.ts'
import type { Place } from './tree-place.ts'
import type { StepWorld } from './world.ts'

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
    case 'worktree': return openOwn(world, task, io)
    case 'none': return ok(await emptyFolder(world, io))
    case 'checkout': {
      const ends = [world.presence.enter(), world.cache?.working()]
      return ok({ ...world.checkout, worktree: null, enclosures: null, leave: async () => ends.forEach((end) => end?.()) })
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

async function openOwn(world: StepWorld, task: AttemptTask, io: AttemptIo): Promise<Result<Place, Failure>> {
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return workspaces
  const commits = await inheritedCommits(world, task, io, workspaces.value)
  return commits.ok ? openTreePlace(world, task, io, workspaces.value, commits.value) : commits
}
