import type { DeliverStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { StepWorld } from './world.ts'

/** What is handed on: one commit with all changes that the step sees. */
export interface Delivery {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: DeliverStep
  readonly workspaces: Workspaces
  readonly commit: string
}
