import type { CheckStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask, StepKind } from '../run/contract.ts'
import { blocking, checkFailure, judge } from './judge.ts'
import { atPlace } from './place.ts'
import type { Place } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** A list of checks on the workspace of what the step needs. What they write is not kept. */
export function checkKind(world: StepWorld): StepKind {
  return {
    async attempt(task, io) {
      return atPlace(world, task, io, async (place) => perform(world, task, io, task.step as CheckStep, place))
    },
  }
}

async function perform(world: StepWorld, task: AttemptTask, io: AttemptIo, step: CheckStep, place: Place): Promise<AttemptResult> {
  const tree = place.worktree ? await place.worktree.workspaces.treeOf(place.worktree.workspace.base) : undefined
  const verdicts = await judge({ world, task, io, place }, step.checks, 0, tree)
  if (io.signal.aborted) return { status: 'cancelled' }
  if (!verdicts.ok) return { status: 'failed', failure: verdicts.error }
  const failed = blocking(verdicts.value)
  if (failed.length === 0) return { status: 'passed' }
  return { status: 'failed', exitCode: failed[0]?.exitCode ?? null, failure: checkFailure(failed) }
}
