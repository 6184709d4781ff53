import type { Json, JsonObject } from '../base/json.ts'
import type { MatrixSpec } from '../pipeline/matrix-spec.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { matrixCells, matrixNodes } from './matrix.ts'
import type { MatrixTable } from './matrix.ts'
import type { Plan, PlanNode, PlanStep } from './plan.ts'

/** The plan of a valid pipeline; total. `wanted`: the steps that may run, with all that they need; undefined: all of them. */
export function buildPlan(pipeline: Pipeline, wanted?: ReadonlySet<string>): Plan {
  const steps = new Map<string, PlanStep>()
  for (const spec of pipeline.steps.values()) steps.set(spec.id, { spec, nodes: staticNodes(spec), isWanted: wanted?.has(spec.id) ?? true })
  return { pipeline, steps, hasPriorities: [...pipeline.steps.values()].some(({ priority }) => priority > 0) }
}

function staticNodes(spec: StepSpec): PlanNode[] | null {
  if (spec.matrix === undefined) return [{ id: spec.id, matrix: null }]
  const table = staticTable(spec.matrix)
  const cells = table && matrixCells(table)
  return cells && cells.length > 0 ? matrixNodes(spec.id, cells) : null
}

/** Undefined where an expression gives the matrix or one of its dimensions. */
export function staticTable(matrix: MatrixSpec): MatrixTable | undefined {
  if ('expression' in matrix) return undefined
  const dimensions = new Map<string, readonly Json[]>()
  for (const [name, values] of matrix.dimensions) {
    if ('expression' in values) return undefined
    dimensions.set(name, values)
  }
  return { dimensions, include: matrix.include, exclude: matrix.exclude }
}

/** The cells of a matrix with its expressions evaluated, or why they are none, as a sentence. */
export function dynamicCells(matrix: MatrixSpec, evaluate: (expression: string) => Json): JsonObject[] | string {
  const whole = 'expression' in matrix ? tableOf(evaluate(matrix.expression)) : listsTable(matrix, evaluate)
  if (typeof whole === 'string') return whole
  return matrixCells(whole) ?? 'the matrix has more than 10,000 cells'
}

function listsTable(matrix: Extract<MatrixSpec, { dimensions: unknown }>, evaluate: (expression: string) => Json): MatrixTable | string {
  const dimensions = new Map<string, readonly Json[]>()
  for (const [name, values] of matrix.dimensions) {
    const list = 'expression' in values ? evaluate(values.expression) : values
    if (!Array.isArray(list)) return `the matrix dimension \`${name}\` must be a list`
    dimensions.set(name, list)
  }
  return { dimensions, include: matrix.include, exclude: matrix.exclude }
}

/** A whole matrix that an expression gave: a mapping of lists (with `include` and `exclude`), or a list of cells. */
function tableOf(value: Json): MatrixTable | string {
  if (Array.isArray(value)) return cellsTable(value)
  if (typeof value !== 'object' || value === null) return 'the matrix must be a mapping of lists or a list of mappings'
  const dimensions = new Map<string, readonly Json[]>()
  const lists = { include: [] as JsonObject[], exclude: [] as JsonObject[] }
  for (const [name, list] of Object.entries(value)) {
    if (!Array.isArray(list)) return `the matrix dimension \`${name}\` must be a list`
    if (name !== 'include' && name !== 'exclude') dimensions.set(name, list)
    else if (list.every(isMapping)) lists[name] = list
    else return `\`${name}\` of the matrix must be a list of mappings`
  }
  return { dimensions, ...lists }
}

function cellsTable(cells: readonly Json[]): MatrixTable | string {
  if (!cells.every(isMapping)) return 'a matrix that is a list must be a list of mappings'
  return { dimensions: new Map(), include: cells, exclude: [] }
}

function isMapping(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
