import { objectIn } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'

/** Asks a program for outputs that takes no schema. */
export function outputsInWords(schema: JsonObject): string {
  return `End with a message that is nothing but a JSON object, without a code fence, which fits this JSON Schema:\n${JSON.stringify(schema)}`
}

/** The outputs in a last message: all of it, what its last code fence holds, or its last line. */
export function outputsIn(text: string): JsonObject | undefined {
  const fenced = [...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)\n\s*```/g)].at(-1)?.[1]
  const lastLine = text.trimEnd().split('\n').at(-1)
  for (const candidate of [text, fenced, lastLine]) {
    const found = candidate === undefined ? undefined : objectIn(candidate.trim())
    if (found) return found
  }
  return undefined
}
