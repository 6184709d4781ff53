import type { ShapeError } from './validator.generated.js'

export const validate: {
  (value: unknown): boolean
  errors: readonly ShapeError[] | null
}
