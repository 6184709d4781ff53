/** Which program worked as an agent. */
export interface ProgramUsed {
  readonly name: string
  /** Null: it did not say. */
  readonly version: string | null
  /** Of the file that was started. */
  readonly sha256: string
}
