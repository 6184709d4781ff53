/** What the simulated provider is asked, in no vendor's words. */
export interface SimRequest {
  readonly protocol: AnyProtocol
  /** Of all requests, from 0. */
  readonly number: number
  readonly model: string
  readonly system: string
  /** The first message of the user. */
  readonly task: string
  readonly turns: readonly SimTurn[]
  /** How often the model has answered in this conversation. */
  readonly answers: number
  readonly tools: readonly string[]
  readonly maxOutputTokens: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown>
}

/** What our own providers speak. */
export type Protocol = 'messages' | 'responses' | 'chat'

/** With what only programs speak. */
export type AnyProtocol = Protocol | 'generate'

export type SimTurn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly string[] }
  | { readonly role: 'tool'; readonly output: string }

/** What it says, with or without a fault on the way; or an error in place of an answer. */
export type SimAnswer = SimReply | SimError

export interface SimReply {
  readonly text?: string
  readonly thinking?: string
  readonly calls?: readonly SimCall[]
  readonly stop?: 'end' | 'tool-use' | 'max-tokens' | 'refusal'
  /** Left out: made from the sizes of request and answer. */
  readonly usage?: SimUsage
  readonly headers?: Readonly<Record<string, string>>
  readonly fault?: SimFault
}

export interface SimCall {
  readonly name: string
  /** A string is sent as it is, to be malformed. */
  readonly input: Readonly<Record<string, unknown>> | string
}

export interface SimUsage {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
}

export interface SimError {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** `after`: how many events are sent before it happens. */
export type SimFault =
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall-before-headers' }
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'end'; readonly after: number }
  | { readonly kind: 'broken-event'; readonly after: number }
  | { readonly kind: 'error-event'; readonly after: number; readonly code: string; readonly message: string }
  /** Everything is sent, but the body never ends. */
  | { readonly kind: 'linger' }
  /** Only pings follow: one for each call of `simulator.ping()`. */
  | { readonly kind: 'pings'; readonly after: number }

export function isError(answer: SimAnswer): answer is SimError {
  return 'status' in answer
}

/** One server-sent event; without a name where the protocol has none. */
export interface SimEvent {
  readonly event?: string
  readonly data: unknown
}

/** How one protocol is spoken. */
export interface Speech {
  readonly path: string | RegExp
  /** `path`: where it was asked. */
  read(body: Record<string, unknown>, path?: string): Omit<SimRequest, 'protocol' | 'number' | 'headers' | 'body' | 'answers'>
  events(request: SimRequest, reply: SimReply, usage: Required<SimUsage>): SimEvent[]
  error(code: string, message: string): SimEvent
  /** What is written after the last event. */
  readonly end: string
  /** What only keeps the connection open. */
  readonly ping: string
}
