import { mostInputTokens, mostMessageTokens } from './bound.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Expected } from './limits.ts'
import type { CallFailure, CallSlot, ModelReply, ModelRequest } from './model.ts'
import { createPrefixes, mostTokensAfter } from './prefix.ts'
import type { Prefixes } from './prefix.ts'

/** What the calls of a run have taught: of lanes, and of the conversations that they belong to. */
export interface Memory {
  /** What a call is expected to need on a lane; `output` is what such calls say, not the most that they may. */
  expect(lane: Lane, request: ModelRequest, slot: CallSlot, now: number): Expected
  /** At most this many input tokens: bytes bound what the lane has not counted in an earlier turn of the conversation. */
  mostInput(lane: Lane, request: ModelRequest): number
  learn(lane: Lane, request: ModelRequest, slot: CallSlot, reply: ModelReply, ms: number, now: number): void
  /** The lane that a conversation is on. */
  sticky(slot: CallSlot): string | undefined
  latency(lane: Lane): number | undefined
  /** So much input did not fit into the lane's window. */
  tooLong(lane: Lane, request: ModelRequest): void
  /** The lane's credential or account was refused, for the rest of the run. */
  condemn(lane: Lane, failure: CallFailure): void
  fatal(lane: Lane): CallFailure | undefined
  /** The lane's model cannot call tools, as its provider said. */
  lackTools(lane: Lane): void
  lacksTools(lane: Lane): boolean
  /** Whether as much has been found too long before. */
  isTooLong(lane: Lane, request: ModelRequest): boolean
}

/** Tokens to a unit of `mostInputTokens`, before anything is known: more than English or code has. */
const FIRST_RATIO = 0.32
/** How long vendors keep what they have cached. */
const CACHED_MS = 300_000
/** The weight of the latest call. */
const LATEST = 0.3

interface Conversation {
  readonly lane: string
  readonly cached: number
  readonly at: number
}

interface LaneFacts {
  ratio: number
  latency: number
  output: number
}

/** What is known of lanes, by their names; several memories may share it. */
export interface KnownLanes {
  readonly facts: Map<string, LaneFacts>
  readonly windows: Map<string, number>
  readonly condemned: Map<string, CallFailure>
  readonly prefixes: Prefixes
  readonly toolless: Set<string>
}

export function createKnownLanes(): KnownLanes {
  return { facts: new Map(), windows: new Map(), condemned: new Map(), prefixes: createPrefixes(), toolless: new Set() }
}

/** `nameOf`: under which name a lane is known. */
export function createMemory(known: KnownLanes = createKnownLanes(), nameOf: (lane: Lane) => string = laneName): Memory {
  const { facts: lanes, windows, condemned, prefixes, toolless } = known
  const conversations = new Map<string, Conversation>()
  return {
    expect(lane, request, slot, now) {
      const facts = lanes.get(nameOf(lane))
      const ratio = facts?.ratio ?? FIRST_RATIO
      const output = Math.min(request.maxOutputTokens, Math.ceil(facts?.output ?? request.maxOutputTokens))
      const prefix = prefixes.of(nameOf(lane), request)
      if (prefix === undefined) {
        const total = Math.ceil(mostInputTokens(request) * ratio)
        return { total, uncached: total, output }
      }
      const total = prefix.tokens + prefix.said + Math.ceil(mostMessageTokens(prefix.rest) * ratio)
      const before = conversations.get(conversation(slot))
      const isKept = before?.lane === laneName(lane) && now - before.at < CACHED_MS
      return { total, uncached: total - (isKept ? Math.min(before.cached, total) : 0), output }
    },
    mostInput(lane, request) {
      const prefix = prefixes.of(nameOf(lane), request)
      const most = mostInputTokens(request)
      return prefix === undefined ? most : Math.min(most, mostTokensAfter(prefix))
    },
    learn(lane, request, slot, reply, ms, now) {
      const { usage } = reply
      const name = laneName(lane)
      const size = mostInputTokens(request)
      const tokens = usage.input + usage.cacheRead + usage.cacheWrite
      const facts = lanes.get(nameOf(lane))
      const moved = (old: number | undefined, latest: number): number => (old === undefined ? latest : old + LATEST * (latest - old))
      lanes.set(nameOf(lane), {
        ratio: tokens > 0 ? moved(facts?.ratio, tokens / size) : (facts?.ratio ?? FIRST_RATIO),
        latency: moved(facts?.latency, ms), output: moved(facts?.output, usage.output),
      })
      conversations.set(conversation(slot), { lane: name, cached: usage.cacheRead + usage.cacheWrite, at: now })
      prefixes.learn(nameOf(lane), request, reply)
    },
    sticky: (slot) => conversations.get(conversation(slot))?.lane,
    latency: (lane) => lanes.get(nameOf(lane))?.latency,
    condemn: (lane, failure) => void condemned.set(nameOf(lane), { ...failure, dispatched: false }),
    fatal: (lane) => condemned.get(nameOf(lane)),
    lackTools: (lane) => void toolless.add(nameOf(lane)),
    lacksTools: (lane) => toolless.has(nameOf(lane)),
    tooLong: (lane, request) => void windows.set(nameOf(lane), mostInputTokens(request)),
    isTooLong: (lane, request) => mostInputTokens(request) >= (windows.get(nameOf(lane)) ?? Number.POSITIVE_INFINITY),
  }
}

function conversation({ node, attempt }: CallSlot): string {
  return `${node}#${attempt}`
}
