import type { JsonObject } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { Usage } from '../provider/model.ts'

/** How programs ask one vendor's models. */
export interface Protocol {
  /** The request as it is sent on, with nothing in it that costs what cannot be bounded; or why it is not. */
  admit(body: JsonObject, rules: Rules): Result<Admitted, string>
  /** Reads the answer, in pieces or whole. */
  createReader(): UsageReader
  /** How the vendor is asked to count the input of such a request; left out: it cannot be. */
  readonly counting?: Counting
}

export interface Counting {
  /** What follows the address of the request itself. */
  readonly path: string
  /** The parts of a body that have tokens. */
  readonly keys: readonly string[]
}

export interface Rules {
  /** Undefined: whatever model the program asks for. */
  readonly model: string | undefined
  /** The longest answer, in tokens: programs that ask for more, or do not say, are held to it. */
  readonly maxOutputTokens: number
}

export interface Admitted {
  readonly body: JsonObject
  readonly model: string
  readonly most: { readonly input: number; readonly output: number }
}

/** Finds in an answer what it cost. Total: what it does not know says nothing. */
export interface UsageReader {
  /** One event of a stream; true with the last one. */
  event(value: unknown): boolean
  /** An answer that came in one piece. */
  whole(value: unknown): void
  /** Undefined while the answer is not whole. */
  usage(): Usage | undefined
}
