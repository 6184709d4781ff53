import type { JsonObject } from '../base/json.ts'
import { hasExpression, scanTemplate } from '../pipeline/template.ts'
import type { Known } from './known.ts'

/** How long a prompt will be, in bytes. */
export interface PromptSize {
  /** Only what is known. */
  readonly least: number
  readonly expected: number
  readonly most: number
}

/** What a value counts that only the run will tell, in bytes. */
export const UNKNOWN_VALUE = { expected: 2_000, most: 30_000 } as const

/** The size of a prompt before its run: text and known values as they are, other values with `UNKNOWN_VALUE`. */
export function promptSize(template: string, matrix: JsonObject | null, known: Known): PromptSize {
  if (!hasExpression(template)) return same(Buffer.byteLength(template))
  const sizes = scanTemplate(template).map((segment) => {
    if (segment.kind === 'text') return same(Buffer.byteLength(segment.text))
    const text = known.text(segment.source, matrix)
    return text?.ok === true ? same(Buffer.byteLength(text.value)) : { least: 0, ...UNKNOWN_VALUE }
  })
  return sizes.reduce((sum, size) => ({ least: sum.least + size.least, expected: sum.expected + size.expected, most: sum.most + size.most }), same(0))
}

function same(bytes: number): PromptSize {
  return { least: bytes, expected: bytes, most: bytes }
}
