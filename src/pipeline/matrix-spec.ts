import type { Json, JsonObject } from '../base/json.ts'

export type MatrixSpec = MatrixLists | { readonly expression: string }

export interface MatrixLists {
  /** A value list, or an expression that gives one. */
  readonly dimensions: ReadonlyMap<string, readonly Json[] | { readonly expression: string }>
  readonly include: readonly JsonObject[]
  readonly exclude: readonly JsonObject[]
}

export type MatrixValues = Readonly<Record<string, Json>>
