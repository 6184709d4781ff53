import type { JsonObject } from '../base/json.ts'

/** What a run knows of its surroundings from the start; never written anywhere as a whole. */
export interface Facts {
  /** The inputs with their secrets, which the journal has masked. */
  readonly inputs: JsonObject
  /** In a run of tasks: what its expressions may name of the steps around it. */
  readonly outerSteps?: JsonObject
  /** Environment variables that the pipeline names as `secrets.NAME`, those that are set. */
  readonly secrets: Readonly<Record<string, string>>
  /** The event and its surroundings inside GitHub Actions; empty elsewhere. */
  readonly github: JsonObject
  readonly git: { readonly sha: string; readonly branch: string; readonly base: string }
}
