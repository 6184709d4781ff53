import type { JsonObject } from '../base/json.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'

/** The DAG unrolled: every step in the order of the file, with its nodes where the matrix is known before the run. */
export interface Plan {
  readonly pipeline: Pipeline
  readonly steps: ReadonlyMap<string, PlanStep>
  /** Whether any step has another priority than 0. */
  readonly hasPriorities: boolean
}

export interface PlanStep {
  readonly spec: StepSpec
  /** Null where an expression gives the matrix: the nodes are known once the needed steps have ended. */
  readonly nodes: readonly PlanNode[] | null
  /** False where other steps were chosen to run. */
  readonly isWanted: boolean
}

/** One cell of a step's matrix, or the whole of a step without one. */
export interface PlanNode {
  readonly id: string
  readonly matrix: JsonObject | null
}

/** More nodes than this in one run are refused: a plan must fit into memory, a report and a reader's head. */
export const MOST_NODES = 10_000
