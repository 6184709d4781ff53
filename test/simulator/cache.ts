import { createHash } from 'node:crypto'

/** What of a prompt a vendor had kept, in tokens of about four bytes. */
export interface Cached {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** A vendor's prompt cache: the longest beginning that was sent before is read, what is marked or long enough is kept. */
export interface PromptCache {
  count(model: string, parts: readonly string[], now: number): Cached
}

const TOKEN_BYTES = 4

/** `writes`: what is new is told as written (Anthropic); else only what was read is told (OpenAI). */
export function createPromptCache(ttlMs: number, writes: boolean): PromptCache {
  const kept = new Map<string, number>()
  return {
    count(model, parts, now) {
      const hashes: string[] = []
      const sizes: number[] = []
      const hash = createHash('sha256').update(model)
      let size = 0
      for (const part of parts) {
        hash.update(part)
        size += Math.ceil(Buffer.byteLength(part) / TOKEN_BYTES)
        hashes.push(hash.copy().digest('hex'))
        sizes.push(size)
      }
      const hit = hashes.findLastIndex((key) => (kept.get(key) ?? Number.NEGATIVE_INFINITY) > now - ttlMs)
      for (const key of hashes) kept.set(key, now)
      const cacheRead = hit < 0 ? 0 : (sizes[hit] ?? 0)
      return writes ? { input: 0, cacheRead, cacheWrite: size - cacheRead } : { input: size - cacheRead, cacheRead, cacheWrite: 0 }
    },
  }
}

/** A body's prompt in the order in which vendors cache it: tools, instructions, then the messages. */
export function promptParts(body: Readonly<Record<string, unknown>>): readonly string[] {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])
  const parts = [...list(body['tools']), ...list(body['system'] ?? body['instructions']), ...list(body['messages'] ?? body['input'])]
  // The mark says what is kept; it is no part of the text.
  return parts.map((part) => JSON.stringify(part, (key, value: unknown) => (key === 'cache_control' ? undefined : value)))
}

/** Whether a Messages request asks for anything to be kept. */
export function hasMarks(body: Readonly<Record<string, unknown>>): boolean {
  return JSON.stringify(body).includes('"cache_control"')
}
