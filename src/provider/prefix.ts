import { mostInputTokens, mostMessageTokens } from './bound.ts'
import type { Message, ModelReply, ModelRequest } from './model.ts'

/** The beginning of a request that a lane has counted before. */
export interface Prefix {
  /** As the vendor counted it, with the tools and the instructions. */
  readonly tokens: number
  /** Of what was said in answer to it; 0 where that answer is no part of the request. */
  readonly said: number
  /** What comes after it and after that answer. */
  readonly rest: readonly Message[]
  /** What comes after it, the answer too. */
  readonly added: readonly Message[]
}

/**
 * What vendors have counted of conversations. A conversation is sent whole each time, so what was counted of a request holds for the
 * beginning of the next one, as long as its messages are the very same ones.
 */
export interface Prefixes {
  /** Undefined where nothing of it has been counted on this lane. */
  of(lane: string, request: ModelRequest): Prefix | undefined
  learn(lane: string, request: ModelRequest, reply: ModelReply): void
}

interface Counted {
  readonly lane: string
  readonly request: ModelRequest
  readonly tokens: number
  readonly reply: ModelReply
}

/** Some servers leave out of their count what they had cached. Nothing is that dense: then it is no count of the whole. */
const DENSEST = 16

export function createPrefixes(): Prefixes {
  // By the last message of a request: a conversation that is over is forgotten with its messages.
  const counts = new WeakMap<Message, Counted>()
  const find = (lane: string, request: ModelRequest): Counted | undefined => {
    for (let last = request.messages.length - 1; last >= 0; last -= 1) {
      const message = request.messages[last]
      const counted = message && counts.get(message)
      if (counted !== undefined && counted.lane === lane && counted.request.messages.length === last + 1 && beginsWith(request, counted.request)) return counted
    }
    return undefined
  }
  return {
    of(lane, request) {
      const counted = find(lane, request)
      if (counted === undefined) return undefined
      const added = request.messages.slice(counted.request.messages.length)
      const isAnswered = added[0] === counted.reply.message
      return { tokens: counted.tokens, said: isAnswered ? counted.reply.usage.output : 0, rest: isAnswered ? added.slice(1) : added, added }
    },
    learn(lane, request, reply) {
      const last = request.messages.at(-1)
      const { input, cacheRead, cacheWrite } = reply.usage
      const tokens = input + cacheRead + cacheWrite
      if (last === undefined || tokens * DENSEST < mostInputTokens(request) || tokens < (find(lane, request)?.tokens ?? 0)) return
      counts.set(last, { lane, request, tokens, reply })
    },
  }
}

/** At most this many input tokens: what was counted of the beginning, and the bytes of what was added to it. */
export function mostTokensAfter(prefix: Prefix): number {
  return prefix.tokens + mostMessageTokens(prefix.added)
}

function beginsWith(request: ModelRequest, before: ModelRequest): boolean {
  const { system, tools } = before
  const isSame = request.system === system && request.tools.length === tools.length && request.tools.every((tool, index) => tool === tools[index])
  return isSame && before.messages.every((message, index) => request.messages[index] === message)
}
