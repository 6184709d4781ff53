import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Collected, CommitText } from '../workspace/workspace.ts'
import { leakIn } from './leak.ts'
import { workspaceFailure } from './tree-place.ts'
import type { Place } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** Who made a change, for the trailers of its commit. */
export interface Author {
  readonly agent?: string | undefined
  readonly model?: string | undefined
}

const NOTHING: Collected = { tree: '', commit: null, files: [] }

/** What was changed in a worktree as one commit, kept from git's garbage collection, with its patch beside the log. */
export async function commitPlace(world: Pick<StepWorld, 'leaks'>, task: AttemptTask, io: AttemptIo, place: Place, author: Author): Promise<Result<Collected, Failure>> {
  const collected = await collectPlace(task, place, author)
  if (!collected.ok || !place.worktree || collected.value.commit === null) return collected
  const { workspaces, workspace } = place.worktree
  const leak = await leakIn(world, workspaces, workspace.base, collected.value.commit)
  if (leak) return err(leak)
  await workspaces.pin(task.node, collected.value.commit)
  await io.keep('change.patch', await workspaces.patch(workspace.base, collected.value.commit))
  return collected
}

/** The same without keeping it: what a check is to judge before anybody knows whether it stays. */
export async function collectPlace(task: AttemptTask, place: Place, author: Author): Promise<Result<Collected, Failure>> {
  if (!place.worktree) return ok(NOTHING)
  const { workspaces, workspace } = place.worktree
  const collected = await workspaces.collect(workspace, commitText(task, author))
  return collected.ok ? collected : err(workspaceFailure(collected.error))
}

/** What a commit of the runner says. */
export function commitText(task: AttemptTask, author: Author): CommitText {
  return { message: `orch-run: ${task.node}`, trailers: trailers(task, author) }
}

function trailers(task: AttemptTask, author: Author): (readonly [string, string])[] {
  const all: (readonly [string, string | undefined])[] = [
    ['Orch-Pipeline', task.pipeline], ['Orch-Run', task.run], ['Orch-Step', task.node], ['Orch-Agent', author.agent], ['Orch-Model', author.model],
  ]
  return all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value.replace(/\s+/g, ' ')] as const]))
}
