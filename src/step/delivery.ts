import type { DeliverStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { StepWorld } from './world.ts'

/** An attempt of a delivery. */
export interface Messenger {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: DeliverStep
}

/** What is handed on: one commit with all changes that the step sees. */
export interface Delivery extends Messenger {
  readonly workspaces: Workspaces
  readonly commit: string
}
