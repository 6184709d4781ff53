import { mostInputTokens } from '../provider/bound.ts'
import type { Message, ModelRequest, ToolResult, Usage } from '../provider/model.ts'
import { excerptOf } from './excerpt.ts'

/** Holds what is sent under a window that the longest answer must fit into as well. */
export interface ContextWindow {
  /** What a request with these messages really had. */
  learn(request: ModelRequest, usage: Usage): void
  /** What may be sent in the place of a request. */
  fit(request: ModelRequest): Fitted
}

export interface Fitted {
  readonly messages: readonly Message[]
  /** Tokens, as far as they can be told before. */
  readonly estimate: number
  /** What the estimate may be at the most. */
  readonly room: number
  /** What was shortened; undefined where nothing was. */
  readonly cut: Cut | undefined
}

export interface Cut {
  readonly results: number
  readonly characters: number
  /** The estimate before, in tokens. */
  readonly before: number
}

/** Above this part of the room results are shortened, and then down to that: vendors cache a beginning that stays the same, so one large cut costs less than many small ones. */
const MOST_FILLED = 0.8
const FILLED_AFTER = 0.5
/** So many of the last results stay as they are, as long as everything fits. */
const KEPT_WHOLE = 4
/** What is left of a shortened result, and from which length on that is worth it, in characters. */
const LEFT = 600
const WORTHWHILE = 1000
/** Less than English and code have, so that the estimate errs upwards. */
const BYTES_PER_TOKEN = 3

const SHORTENED = '[shortened later to make room; call the tool again for what you still need of it]'

/** `window`: tokens of a request and its answer together; undefined where none is known. */
export function createContextWindow(window: number | undefined, maxOutputTokens: number): ContextWindow {
  const room = (window ?? Number.POSITIVE_INFINITY) - maxOutputTokens
  let known = { tokens: 0, size: 0 }
  // What was added is estimated; what is gone was as dense as the whole.
  const tokensOf = (size: number): number => Math.ceil(
    size < known.size ? known.tokens * (size / known.size) : known.tokens + (size - known.size) / BYTES_PER_TOKEN,
  )
  return {
    learn(request, { input, cacheRead, cacheWrite }) {
      const tokens = input + cacheRead + cacheWrite
      if (tokens > 0) known = { tokens, size: mostInputTokens(request) }
    },
    fit(request) {
      const { messages } = request
      if (window === undefined) return { messages, estimate: 0, room, cut: undefined }
      const size = mostInputTokens(request)
      const before = tokensOf(size)
      if (before <= room * MOST_FILLED) return { messages, estimate: before, room, cut: undefined }
      const under = (part: number) => (bytes: number): boolean => tokensOf(size - bytes) <= room * part
      const old = shorten(messages, Math.max(KEPT_WHOLE, unseen(messages)), under(FILLED_AFTER))
      const { results, characters, bytes, left } = under(1)(old.bytes) ? old : shorten(messages, 0, under(MOST_FILLED))
      return { messages: left, estimate: tokensOf(size - bytes), room, cut: results === 0 ? undefined : { results, characters, before } }
    },
  }
}

/** How many results the model has not seen. */
function unseen(messages: readonly Message[]): number {
  const last = messages.at(-1)
  return last?.role === 'tool' ? last.results.length : 0
}

interface Shortened {
  readonly left: readonly Message[]
  readonly results: number
  readonly characters: number
  readonly bytes: number
}

/** The results from the oldest on, but for the last ones, until enough bytes are gone. */
function shorten(messages: readonly Message[], spared: number, isEnough: (bytes: number) => boolean): Shortened {
  const results = messages.flatMap((message) => (message.role === 'tool' ? message.results : []))
  const short = new Map<ToolResult, ToolResult>()
  let [characters, bytes] = [0, 0]
  for (const result of results.slice(0, Math.max(0, results.length - spared))) {
    if (isEnough(bytes)) break
    if (result.output.length < WORTHWHILE) continue
    const output = `${excerptOf(result.output, LEFT)}\n${SHORTENED}`
    short.set(result, { ...result, output })
    characters += result.output.length - LEFT
    bytes += Buffer.byteLength(result.output) - Buffer.byteLength(output)
  }
  const left = messages.map((message) => {
    if (message.role !== 'tool' || !message.results.some((result) => short.has(result))) return message
    return { ...message, results: message.results.map((result) => short.get(result) ?? result) }
  })
  return { left, results: short.size, characters, bytes }
}
