import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { bringTogether } from './bring-together.ts'
import { createResolver } from './resolver.ts'
import { reportTrespasses } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** What a worktree of the step is laid from: where several changes are needed, one commit that holds them, by the pipeline's policy. */
export async function inheritedCommits(
  world: StepWorld, task: AttemptTask, io: AttemptIo, workspaces: Workspaces,
): Promise<Result<readonly string[], Failure>> {
  if (task.inherited.length < 2) return ok(task.inherited)
  const { onConflict: policy, resolver: name } = world.pipeline.workspace
  const agent = policy === 'agent' ? world.pipeline.agents.get(name ?? '') : undefined
  const known = agent ? task.resolved(task.inherited) : undefined
  if (known !== undefined) return ok([known])
  const resolver = agent && createResolver(world, task, io, workspaces, { agent, repair: 0 })
  try {
    const merged = await bringTogether({ task, io, workspaces, policy, resolver })
    if (resolver?.author().agent !== undefined) await reportTrespasses(io, workspaces)
    return merged.ok ? ok([merged.value]) : merged
  } finally {
    await resolver?.leave()
  }
}

/** The same where nobody is asked and nothing told; undefined where it comes to nothing, or only an agent could say. */
export async function knownInherited({ pipeline: { workspace } }: StepWorld, task: AttemptTask, workspaces: Workspaces): Promise<string | undefined> {
  const { onConflict } = workspace
  const known = onConflict === 'agent' ? task.resolved(task.inherited) : undefined
  if (known !== undefined) return known
  const sides = task.inherited.map((commit) => ({ commit, name: commit }))
  const merged = await workspaces.merge({ sides, policy: onConflict === 'agent' ? 'fail' : onConflict })
  return merged.ok ? merged.value.commit : undefined
}
