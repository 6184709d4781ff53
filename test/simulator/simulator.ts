import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { isError } from './answer.ts'
import type { AnyProtocol, SimAnswer, SimRequest, SimUsage, Speech } from './answer.ts'

import type { Cached, PromptCache } from './cache.ts'
import { createPromptCache, hasMarks, promptParts } from './cache.ts'
import type { Quota, QuotaAnswer } from './quota.ts'
import { speak } from './speak.ts'
import { SPEECHES } from './speeches.ts'
import { readRequests, writeHead } from './wire.ts'
import type { RawRequest } from './wire.ts'

export interface SimulatorOptions {
  /** What is said to a request: the script. */
  answer(request: SimRequest): SimAnswer | Promise<SimAnswer>
  /** Stamps of the log, and the time of limits and cache, in milliseconds. */
  readonly now?: () => number
  /** Refuses what is above a vendor's limits, and tells what is left of them. */
  readonly quota?: Quota
  /** What is said to a request that only counts, of its true number; undefined: an error. Left out: the truth. */
  readonly count?: (tokens: number) => number | undefined
  /** Keeps prompts for so long; then usage that the script does not say is counted with the cache. */
  readonly cacheMs?: number
}

/** One request and what became of it. */
export interface SimEntry {
  readonly request: SimRequest
  readonly at: number
  /** Of the connection that it came on, from 0. */
  readonly connection: number
  readonly answer: SimAnswer
  /** What the vendor charges: an answer counts in full, also where it did not arrive; an error in its place costs nothing. */
  readonly billed: Required<SimUsage>
}

export interface Simulator {
  /** What a provider's `base_url` must be, by protocol. */
  readonly baseUrl: Readonly<Record<AnyProtocol, string>>
  readonly log: readonly SimEntry[]
  /** The bodies of requests that only counted. */
  readonly counted: readonly Record<string, unknown>[]
  /** The sum of all that is billed. */
  invoice(): Required<SimUsage>
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>
  /** Resolves when so many connections have been closed by the other side or by us. */
  closed(count: number): Promise<void>
  /** One ping on every stream that only pings. */
  ping(): void
  close(): Promise<void>
}

/** A provider of models on a loopback socket, which speaks three protocols and breaks off where it is told to. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const now = options.now ?? ((): number => performance.now())
  const log: SimEntry[] = []
  const counted: Record<string, unknown>[] = []
  const arrivals = createCounter()
  const closings = createCounter()
  const sockets = new Set<Socket>()
  const pings = new Set<() => void>()
  const caches = { anthropic: createPromptCache(options.cacheMs ?? 0, true), openai: createPromptCache(options.cacheMs ?? 0, false) }
  let received = 0
  let connections = 0
  const handle = async (socket: Socket, connection: number, raw: RawRequest): Promise<void> => {
    const path = raw.path.split('?')[0] ?? ''
    if (raw.method === 'POST' && COUNTING.test(path)) {
      counted.push(JSON.parse(raw.body) as Record<string, unknown>)
      return countTokens(socket, raw, options.count)
    }
    const found = Object.entries(SPEECHES).find(([, speech]) => (typeof speech.path === 'string' ? speech.path === path : speech.path.test(path)))
    if (raw.method !== 'POST' || found === undefined) return notFound(socket, raw)
    const [protocol, speech] = found as [AnyProtocol, Speech]
    const body = JSON.parse(raw.body) as Record<string, unknown>
    const parts = speech.read(body, path)
    const answers = parts.turns.filter((turn) => turn.role === 'assistant').length
    const request: SimRequest = { ...parts, answers, protocol, number: received, headers: raw.headers, body }
    received += 1
    const said = await options.answer(request)
    const cache = protocol === 'messages' ? caches.anthropic : caches.openai
    const own = isError(said) || options.cacheMs === undefined ? undefined : cached(cache, request, now())
    const full = usageOf(said, raw.body, own)
    const ask = { input: full.input + full.cacheWrite, cacheRead: full.cacheRead, maxOutput: request.maxOutputTokens }
    const admitted = isError(said) ? undefined : options.quota?.ask(ask, now())
    const answer = limited(said, admitted)
    const usage = isError(answer) ? NOTHING : full
    log.push({ request, at: now(), connection, answer, billed: usage })
    arrivals.add()
    await speak(socket, speech, request, answer, usage, (ping) => pings.add(ping))
    admitted?.end(usage.output, now())
  }
  const server = createServer((socket) => {
    const connection = connections
    connections += 1
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      closings.add()
    })
    socket.on('error', () => {})
    readRequests(socket, (raw) => handle(socket, connection, raw))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    baseUrl: { messages: origin, responses: `${origin}/v1`, chat: `${origin}/v1`, generate: `${origin}/v1beta/openai` },
    log, counted,
    invoice: () => log.map((entry) => entry.billed).reduce(added, NOTHING),
    arrived: (count) => arrivals.reached(count),
    closed: (count) => closings.reached(count),
    ping: () => pings.forEach((ping) => ping()),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Something that is counted, and that one can wait for. */
function createCounter(): { add(): void; reached(count: number): Promise<void> } {
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let counted = 0
  return {
    add: () => {
      counted += 1
      for (const waiter of waiting) if (counted >= waiter.count) waiter.resolve()
    },
    reached: (count) => new Promise((resolve) => void (counted >= count ? resolve() : waiting.push({ count, resolve }))),
  }
}

const NOTHING: Required<SimUsage> = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

function added(a: Required<SimUsage>, b: Required<SimUsage>): Required<SimUsage> {
  return {
    input: a.input + b.input, output: a.output + b.output, cacheRead: a.cacheRead + b.cacheRead, cacheWrite: a.cacheWrite + b.cacheWrite,
  }
}

/** About four bytes to a token, where the script does not say. */
function usageOf(answer: SimAnswer, body: string, cached: Cached | undefined): Required<SimUsage> {
  if (isError(answer)) return NOTHING
  const said = JSON.stringify([answer.text ?? '', answer.calls ?? []])
  const input = cached ?? { input: Math.ceil(body.length / 4) }
  return { ...NOTHING, ...(answer.usage ?? { ...input, output: Math.ceil(said.length / 4) }) }
}

/** Anthropic keeps only what is marked. */
function cached(cache: PromptCache, request: SimRequest, now: number): Cached | undefined {
  if (request.protocol === 'messages' && !hasMarks(request.body)) return undefined
  return cache.count(request.model, promptParts(request.body), now)
}

/** What a limit refuses is not said; what is left of the limits is told with every answer. */
function limited(answer: SimAnswer, admitted: QuotaAnswer | undefined): SimAnswer {
  if (admitted === undefined) return answer
  if (admitted.admitted) return { ...answer, headers: { ...admitted.headers, ...answer.headers } }
  const error = { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'slow down' }
  return { status: 429, headers: admitted.headers, body: { type: 'error', error } }
}

const COUNTING = /^\/v1\/(messages\/count_tokens|responses\/input_tokens)$/

function countTokens(socket: Socket, raw: RawRequest, said: (tokens: number) => number | undefined = (tokens) => tokens): void {
  const parts = promptParts(JSON.parse(raw.body) as Record<string, unknown>)
  const tokens = said(parts.reduce((sum, part) => sum + Math.ceil(Buffer.byteLength(part) / 4), 0))
  const body = JSON.stringify(tokens === undefined ? { error: { type: 'api_error', message: 'down' } } : { input_tokens: tokens })
  writeHead(socket, tokens === undefined ? 500 : 200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) })
  socket.write(body)
}

function notFound(socket: Socket, raw: RawRequest): void {
  const body = JSON.stringify({ error: { type: 'invalid_request_error', message: `unknown address ${raw.method} ${raw.path}` } })
  writeHead(socket, 404, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) })
  socket.write(body)
}
