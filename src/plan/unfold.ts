import type { Json, JsonObject } from '../base/json.ts'
import type { MatrixSpec } from '../pipeline/matrix-spec.ts'
import type { StepSpec } from '../pipeline/pipeline.ts'
import { dynamicCells } from './build.ts'
import type { Known } from './known.ts'
import { matrixNodes } from './matrix.ts'
import type { Plan, PlanNode } from './plan.ts'

/**
 * Whether a node runs when nothing is known but the inputs. `surely`: when all before it goes well; `perhaps`: a condition that
 * only the run can judge; `on-failure`: only when something before it failed; `never`: its condition does not hold.
 */
export type Runs = 'surely' | 'perhaps' | 'on-failure' | 'never'

export interface UnfoldedNode extends PlanNode {
  readonly runs: Runs
}

/** A step with the nodes that can be told before the run. */
export interface UnfoldedStep {
  readonly spec: StepSpec
  /** Null: what gives the matrix is not known yet; then `runs` is that of the step. */
  readonly nodes: readonly UnfoldedNode[] | null
  readonly runs: Runs
  /** Why the matrix cannot be laid out, though all that it names is known. */
  readonly mistake: string | undefined
}

/** Every step in the order of the file, with matrices that depend on known inputs alone laid out. */
export function unfold(plan: Plan, known: Known): Map<string, UnfoldedStep> {
  return new Map([...plan.steps].map(([id, { spec, nodes }]) => [id, nodes === null ? unfoldMatrix(spec, known) : laid(spec, nodes, known)]))
}

function unfoldMatrix(spec: StepSpec, known: Known): UnfoldedStep {
  const runs = runsOf(spec, null, known)
  const cells = spec.matrix && cellsOf(spec.matrix, known)
  // Where no cell is left, a run has one node in the step's name, and skips it.
  const never: UnfoldedStep = { spec, nodes: [{ id: spec.id, matrix: null, runs: 'never' }], runs: 'never', mistake: undefined }
  if (runs === 'never') return never
  if (cells === undefined) return { spec, nodes: null, runs, mistake: undefined }
  if (typeof cells === 'string') return { spec, nodes: null, runs, mistake: cells }
  return cells.length === 0 ? never : laid(spec, matrixNodes(spec.id, cells), known)
}

function laid(spec: StepSpec, nodes: readonly PlanNode[], known: Known): UnfoldedStep {
  const judged = nodes.map((node) => ({ ...node, runs: runsOf(spec, node.matrix, known) }))
  return { spec, nodes: judged, runs: likeliest(judged), mistake: undefined }
}

const LIKELIEST: readonly Runs[] = ['surely', 'perhaps', 'on-failure', 'never']

function likeliest(nodes: readonly UnfoldedNode[]): Runs {
  const found = new Set(nodes.map(({ runs }) => runs))
  return LIKELIEST.find((runs) => found.has(runs)) ?? 'never'
}

/** Undefined: the run will tell; a text: why there can be none. */
function cellsOf(matrix: MatrixSpec, known: Known): JsonObject[] | string | undefined {
  let isUnknown = false
  let fault: string | undefined
  const cells = dynamicCells(matrix, (source): Json => {
    const value = known.value(source, null)
    if (value?.ok === true) return value.value
    if (value === undefined) isUnknown = true
    else fault ??= value.error
    return []
  })
  return isUnknown ? undefined : (fault ?? cells)
}

function runsOf(spec: StepSpec, matrix: JsonObject | null, known: Known): Runs {
  if (spec.if === undefined) return 'surely'
  const well = known.condition(spec.if, matrix, true)
  if (well?.ok !== true) return 'perhaps'
  if (well.value) return 'surely'
  const ill = spec.needs.length > 0 ? known.condition(spec.if, matrix, false) : undefined
  return ill?.ok === true && ill.value ? 'on-failure' : 'never'
}
