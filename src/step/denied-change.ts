import type { AgentSpec } from '../pipeline/pipeline.ts'
import type { Failure } from '../run/failure.ts'
import { protectedChanges, protectedFailure } from './protected-path.ts'
import type { StepWorld } from './world.ts'

/** What the agent may not have done, whatever its tools let it do: a program has no tools of ours. */
export function deniedChange(world: StepWorld, agent: AgentSpec | undefined, changed: readonly string[]): Failure | undefined {
  if (changed.length > 0 && agent?.permissions === 'read-only') {
    return { code: 'permission-denied', message: `the agent is \`read-only\` and changed ${changed.length === 1 ? 'a file' : `${changed.length} files`}` }
  }
  const refused = protectedChanges(changed, world.namedFiles, world.pipeline.workspace.allowProtected)
  return refused.length > 0 ? protectedFailure(refused) : undefined
}
