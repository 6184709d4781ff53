/** What the compiled schema found, as ajv tells it; all mistakes at once. */
export interface ShapeError {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  /** Set for what a key, not a value, did wrong. */
  readonly propertyName?: string
}

export const validate: {
  (value: unknown): boolean
  errors: readonly ShapeError[] | null
}
