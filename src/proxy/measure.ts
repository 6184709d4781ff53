import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'

/**
 * What a picture costs at most, at any vendor. Text is bounded by its bytes, since no token is shorter than one; a picture of few
 * bytes may be large.
 */
const PICTURE = 32_768

/** What only the vendor can weigh (a document, a link, something that it has stored) may fill the longest window there is. */
const WINDOW = 1_048_576

/** What vendors add around our text, and what each part of a list may add. */
const AROUND_ALL = 4_096
const AROUND_PART = 32

/** How a vendor names the parts of a request that are no text. */
export interface Parts {
  isPicture(part: JsonObject): boolean
  isUnknown(part: JsonObject): boolean
}

/** At most this many tokens of input. */
export function mostTokens(body: JsonObject, parts: Parts): number {
  return AROUND_ALL + Buffer.byteLength(JSON.stringify(body)) + weigh(body, parts)
}

function weigh(value: Json, parts: Parts): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item: Json) => sum + AROUND_PART + weigh(item, parts), 0)
  if (!isObject(value)) return 0
  const part = value
  const own = parts.isUnknown(part) ? WINDOW : parts.isPicture(part) ? PICTURE : 0
  return Object.values(part).reduce<number>((sum, item) => sum + weigh(item, parts), own)
}

/** The keys of a body that are known to cost nothing of their own. Others are not sent on: each could have a price. */
export function onlyKeys(body: JsonObject, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(body, key) && body[key] !== undefined ? [[key, body[key]]] : [])))
}

/** The smaller of what is asked for and what is allowed; what is no number asks for nothing. */
export function capped(asked: Json | undefined, most: number): number {
  return typeof asked === 'number' && Number.isInteger(asked) && asked >= 1 ? Math.min(asked, most) : most
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
