import type { Pico } from '../base/money.ts'
import { lineSum } from './line-sum.ts'
import type { PromptSize } from './prompt-size.ts'

/** What tokens cost at a model, `provider/model`; undefined where no price is known. */
export interface Tariff {
  /** What is held for a call of at most so many tokens: the most that it can cost. */
  hold(model: string, input: number, output: number): Pico | undefined
  /** What a call costs whose tokens are known. */
  cost(model: string, use: TokenUse): Pico | undefined
}

/** The input in three parts that never overlap, as vendors count it. */
export interface TokenUse {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** One attempt of one agent, as far as its cost depends on it. */
export interface Conversation {
  /** Candidates for every call, the preferred one first; at least one. */
  readonly models: readonly string[]
  /** The cheapest of them is preferred, not the first. */
  readonly takesCheapest: boolean
  /** The instructions, and with them all that stands around the prompt of the first request: the most tokens. */
  readonly instructions: number
  readonly around: number
  readonly prompt: PromptSize
  readonly maxTurns: number
  readonly maxOutputTokens: number
  /** It may call tools, or checks may send it back: then a turn adds more than an answer. */
  readonly hasTools: boolean
  readonly isVerified: boolean
}

export interface ConversationCost {
  /** Held for the first request, where it is cheapest: it is sent only if so much is left. */
  readonly first: Pico
  /** The least that is paid for it in the end. */
  readonly least: Pico
  readonly expected: Pico
  readonly most: Pico
}

/** The numbers that the bounds rest on; all of them are told with the plan. */
export const ASSUMED = {
  /** What tools, or checks that failed, add in one turn at most: one result of the greatest length, a token each character. */
  mostResult: 30_000,
  /** Around each message, and the sentence that sends a broken-off answer on. */
  aroundTurn: 512,
  bytesPerToken: 4,
  /** No tokenizer makes fewer tokens of ordinary text. */
  mostBytesPerToken: 16,
  answer: 500,
  result: 1_500,
  turnsPart: 3,
} as const

/** What one attempt costs; undefined where the price of a candidate is not known. */
export function conversationCost(talk: Conversation, tariff: Tariff): ConversationCost | undefined {
  const costs = talk.models.map((model) => costAt(model, talk, tariff))
  const known = costs.filter((cost) => cost !== undefined)
  const [preferred] = known
  if (preferred === undefined || known.length < costs.length) return undefined
  return {
    first: lowest(known.map(({ first }) => first)),
    least: lowest(known.map(({ least }) => least)),
    expected: talk.takesCheapest ? lowest(known.map(({ expected }) => expected)) : preferred.expected,
    most: known.reduce((most, cost) => (cost.most > most ? cost.most : most), 0n),
  }
}

function costAt(model: string, talk: Conversation, tariff: Tariff): ConversationCost | undefined {
  const first = tariff.hold(model, talk.around + talk.prompt.least, talk.maxOutputTokens)
  if (first === undefined) return undefined
  return { first, least: leastCost(model, talk, tariff), expected: expectedCost(model, talk, tariff), most: mostCost(model, talk, tariff) }
}

/** One call that says next to nothing, its input counted in whichever way is cheapest. */
function leastCost(model: string, talk: Conversation, tariff: Tariff): Pico {
  const input = Math.max(1, Math.floor((talk.instructions + talk.prompt.least) / ASSUMED.mostBytesPerToken))
  const none = { input: 0, output: 1, cacheRead: 0, cacheWrite: 0 }
  const uses = [{ ...none, input }, { ...none, cacheRead: input }, { ...none, cacheWrite: input }]
  return lowest(uses.map((use) => tariff.cost(model, use) ?? 0n))
}

/** Every turn is used, and each adds the longest answer and the longest result to all that was said before. */
function mostCost(model: string, talk: Conversation, tariff: Tariff): Pico {
  const { maxOutputTokens, maxTurns } = talk
  const growth = maxOutputTokens + ASSUMED.aroundTurn + (talk.hasTools || talk.isVerified ? ASSUMED.mostResult : 0)
  const start = talk.around + talk.prompt.most
  return lineSum(0, maxTurns - 1, (turn) => tariff.hold(model, start + turn * growth, maxOutputTokens) ?? 0n)
}

/** Some of the turns, with answers and results of an ordinary length; what was said before is read from the cache. */
function expectedCost(model: string, talk: Conversation, tariff: Tariff): Pico {
  const output = Math.min(ASSUMED.answer, talk.maxOutputTokens)
  const start = Math.ceil((talk.around + talk.prompt.expected) / ASSUMED.bytesPerToken)
  const growth = output + ASSUMED.result
  const turns = talk.hasTools ? Math.ceil(talk.maxTurns / ASSUMED.turnsPart) : 1
  const beginning = tariff.cost(model, { input: 0, output, cacheRead: 0, cacheWrite: start }) ?? 0n
  const later = (turn: number): Pico => tariff.cost(model, { input: 0, output, cacheRead: start + (turn - 1) * growth, cacheWrite: growth }) ?? 0n
  return beginning + lineSum(1, turns - 1, later)
}

function lowest(amounts: readonly Pico[]): Pico {
  return amounts.reduce((least, amount) => (amount < least ? amount : least))
}
