import type { StepKindName } from '../pipeline/pipeline.ts'
import type { StepKind } from '../run/contract.ts'
import { agentKind } from './agent.ts'
import { approveKind } from './approve.ts'
import { cached } from './cached.ts'
import { checkKind } from './check.ts'
import { deliverKind } from './deliver.ts'
import { mergeKind } from './merge.ts'
import { pipelineKind } from './pipeline.ts'
import { runKind } from './run.ts'
import { tasksKind } from './tasks.ts'
import type { StepWorld } from './world.ts'

/** Every kind of step and who performs it: one line each. */
export function stepKinds(world: StepWorld): Readonly<Record<StepKindName, StepKind>> {
  return {
    run: cached(world, runKind(world)),
    agent: cached(world, agentKind(world)),
    check: cached(world, checkKind(world)),
    merge: mergeKind(world),
    tasks: tasksKind(world, stepKinds),
    approve: approveKind(world),
    deliver: deliverKind(world),
    pipeline: pipelineKind(world, stepKinds),
  }
}
