import { createHash } from 'node:crypto'
import { canonical } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { MOST_NODES } from './plan.ts'
import type { PlanNode } from './plan.ts'

/** A matrix whose every value is known. */
export interface MatrixTable {
  readonly dimensions: ReadonlyMap<string, readonly Json[]>
  readonly include: readonly JsonObject[]
  readonly exclude: readonly JsonObject[]
}

/** How many cells the lists alone make; bounded, so that it may be asked of any table. */
export function countCells(table: MatrixTable): number {
  let cells = table.dimensions.size === 0 ? 0 : 1
  for (const values of table.dimensions.values()) cells = Math.min(cells * values.length, Number.MAX_SAFE_INTEGER)
  return cells
}

/**
 * The cells of a matrix as on GitHub: all combinations less `exclude`; an `include` that overwrites no original value extends
 * the cells it fits, any other adds a cell. Undefined when there would be more than `MOST_NODES`.
 */
export function matrixCells(table: MatrixTable): JsonObject[] | undefined {
  if (countCells(table) > MOST_NODES) return undefined
  const originals = combinations(table.dimensions).filter((cell) => !table.exclude.some((pattern) => fits(cell, pattern)))
  const cells = originals.map((cell) => ({ ...cell }))
  const added: JsonObject[] = []
  for (const extra of table.include) {
    const known = Object.keys(extra).filter((key) => table.dimensions.has(key))
    const fitting = originals.flatMap((cell, index) => (known.every((key) => same(cell[key], extra[key])) ? [index] : []))
    if (fitting.length === 0) added.push({ ...extra })
    else for (const index of fitting) Object.assign(cells[index] ?? {}, extra)
  }
  const all = [...cells, ...added]
  return all.length > MOST_NODES ? undefined : all
}

/** The nodes of a step's cells. Ids are readable, `test(node=20,os=linux)`, and unique. */
export function matrixNodes(step: string, cells: readonly JsonObject[]): PlanNode[] {
  const seen = new Map<string, number>()
  return cells.map((matrix) => {
    const id = `${step}(${Object.entries(matrix).map(([key, value]) => `${key}=${shown(value)}`).join(',')})`
    const times = (seen.get(id) ?? 0) + 1
    seen.set(id, times)
    return { id: times === 1 ? id : `${id}#${times}`, matrix }
  })
}

function combinations(dimensions: ReadonlyMap<string, readonly Json[]>): JsonObject[] {
  if (dimensions.size === 0) return []
  let cells: JsonObject[] = [{}]
  for (const [name, values] of dimensions) cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value })))
  return cells
}

function fits(cell: JsonObject, pattern: JsonObject): boolean {
  return Object.entries(pattern).every(([key, value]) => same(cell[key], value))
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && canonical(a) === canonical(b)
}

/** A value as part of an id: itself where it is short and plain, else its beginning and a digest. */
function shown(value: Json): string {
  const text = typeof value === 'string' ? value : canonical(value)
  if (/^[^\p{C}\p{Z},()=#{}"]{1,40}$/u.test(text)) return text
  const digest = createHash('sha256').update(canonical(value)).digest('hex').slice(0, 8)
  return `${text.replace(/[\p{C}\p{Z},()=#{}"]+/gu, '-').slice(0, 20)}~${digest}`
}
