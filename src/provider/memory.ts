import { mostInputTokens } from './bound.ts'
import { laneName } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Expected } from './limits.ts'
import type { CallFailure, CallSlot, ModelReply, ModelRequest } from './model.ts'

/** What the calls of a run have taught: of lanes, and of the conversations that they belong to. */
export interface Memory {
  /** What a call is expected to need on a lane; `output` is what such calls say, not the most that they may. */
  expect(lane: Lane, request: ModelRequest, slot: CallSlot, now: number): Expected
  learn(lane: Lane, request: ModelRequest, slot: CallSlot, reply: ModelReply, ms: number, now: number): void
  /** The lane that a conversation is on. */
  sticky(slot: CallSlot): string | undefined
  latency(lane: Lane): number | undefined
  /** So much input did not fit into the lane's window. */
  tooLong(lane: Lane, request: ModelRequest): void
  /** The lane's credential or account was refused, for the rest of the run. */
  condemn(lane: Lane, failure: CallFailure): void
  fatal(lane: Lane): CallFailure | undefined
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
  readonly size: number
  readonly tokens: number
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
}

export function createKnownLanes(): KnownLanes {
  return { facts: new Map(), windows: new Map(), condemned: new Map() }
}

/** `nameOf`: under which name a lane is known. */
export function createMemory(known: KnownLanes = createKnownLanes(), nameOf: (lane: Lane) => string = laneName): Memory {
  const { facts: lanes, windows, condemned } = known
  const conversations = new Map<string, Conversation>()
  return {
    expect(lane, request, slot, now) {
      const name = laneName(lane)
      const facts = lanes.get(nameOf(lane))
      const size = mostInputTokens(request)
      const ratio = facts?.ratio ?? FIRST_RATIO
      const output = Math.min(request.maxOutputTokens, Math.ceil(facts?.output ?? request.maxOutputTokens))
      const before = conversations.get(conversation(slot))
      // A conversation only grows; what is shorter than before is another one.
      if (before?.lane !== name || size < before.size) {
        const total = Math.ceil(size * ratio)
        return { total, uncached: total, output }
      }
      const total = before.tokens + Math.ceil((size - before.size) * ratio)
      const cached = now - before.at < CACHED_MS ? Math.min(before.cached, total) : 0
      return { total, uncached: total - cached, output }
    },
    learn(lane, request, slot, { usage }, ms, now) {
      const name = laneName(lane)
      const size = mostInputTokens(request)
      const tokens = usage.input + usage.cacheRead + usage.cacheWrite
      const facts = lanes.get(nameOf(lane))
      const moved = (old: number | undefined, latest: number): number => (old === undefined ? latest : old + LATEST * (latest - old))
      lanes.set(nameOf(lane), {
        ratio: tokens > 0 ? moved(facts?.ratio, tokens / size) : (facts?.ratio ?? FIRST_RATIO),
        latency: moved(facts?.latency, ms), output: moved(facts?.output, usage.output),
      })
      conversations.set(conversation(slot), { lane: name, size, tokens, cached: usage.cacheRead + usage.cacheWrite, at: now })
    },
    sticky: (slot) => conversations.get(conversation(slot))?.lane,
    latency: (lane) => lanes.get(nameOf(lane))?.latency,
    condemn: (lane, failure) => void condemned.set(nameOf(lane), { ...failure, dispatched: false }),
    fatal: (lane) => condemned.get(nameOf(lane)),
    tooLong: (lane, request) => void windows.set(nameOf(lane), mostInputTokens(request)),
    isTooLong: (lane, request) => mostInputTokens(request) >= (windows.get(nameOf(lane)) ?? Number.POSITIVE_INFINITY),
  }
}

function conversation({ node, attempt }: CallSlot): string {
  return `${node}#${attempt}`
}
