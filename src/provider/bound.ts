import type { Pico } from '../base/money.ts'
import type { Message, ModelRequest } from './model.ts'
import type { LanePrice } from './price.ts'

/** What vendors add around our text, in tokens, rounded up: their own words on tools, and the frames of messages and tools. */
const AROUND_ALL = 1_024
const AROUND_MESSAGE = 32
const AROUND_TOOL = 128

/** At most this many input tokens: a token is at least one byte of what is sent. */
export function mostInputTokens(request: ModelRequest): number {
  const tools = request.tools.map((tool) => AROUND_TOOL + bytes(tool.name) + bytes(tool.description) + bytes(JSON.stringify(tool.input)))
  return AROUND_ALL + bytes(request.system ?? '') + sum(tools) + mostMessageTokens(request.messages)
}

/** The same for messages alone, which come after others. */
export function mostMessageTokens(messages: readonly Message[]): number {
  return sum(messages.map(messageTokens))
}

/** The most that a call can cost, provided that the vendor keeps to the output limit and to the price. */
export function mostCost(request: ModelRequest, price: LanePrice): Pico {
  return price === 'free' ? 0n : mostTokenCost(mostInputTokens(request), request.maxOutputTokens, price)
}

/** The same for a request of which only the numbers of tokens are known. `keepsHour`: it may have its input cached for an hour. */
export function mostTokenCost(input: number, output: number, price: LanePrice, keepsHour = false): Pico {
  if (price === 'free') return 0n
  const tiers = price.long !== undefined && input > price.long.above ? [price, price.long] : [price]
  const costs = tiers.map((tier) => {
    const perInput = highest([tier.input, tier.cacheWrite, tier.cacheRead, ...(keepsHour ? [tier.cacheWriteHour ?? 0n] : [])])
    return BigInt(input) * perInput + BigInt(output) * tier.output
  })
  return highest(costs)
}

function messageTokens(message: Message): number {
  switch (message.role) {
    case 'user': return AROUND_MESSAGE + bytes(message.text)
    case 'assistant': {
      const calls = message.toolCalls.map((call) => AROUND_MESSAGE + bytes(call.id) + bytes(call.name) + bytes(call.text))
      const opaque = message.opaque === undefined ? 0 : bytes(JSON.stringify(message.opaque.content))
      return AROUND_MESSAGE + bytes(message.text) + opaque + sum(calls)
    }
    case 'tool':
      return sum(message.results.map((result) => AROUND_MESSAGE + bytes(result.id) + bytes(result.name) + bytes(result.output)))
  }
}

function sum(tokens: readonly number[]): number {
  return tokens.reduce((total, count) => total + count, 0)
}

function highest(amounts: readonly Pico[]): Pico {
  return amounts.reduce((most, amount) => (amount > most ? amount : most), 0n)
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}
