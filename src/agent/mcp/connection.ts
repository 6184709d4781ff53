import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema, ErrorCode, ListToolsResultSchema, McpError } from '@modelcontextprotocol/sdk/types.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject } from '../../base/json.ts'
import { PortError } from '../../base/ports.ts'
import type { Ports } from '../../base/ports.ts'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { shortLine } from '../excerpt.ts'
import { createStdioTransport } from './stdio.ts'

/** A server as it is reached: nothing in it is a template any more. `env` is its whole environment. */
export type ServerOrder =
  | { readonly name: string; readonly command: readonly [string, ...string[]]; readonly cwd: string; readonly env: Readonly<Record<string, string>> }
  | { readonly name: string; readonly url: string; readonly headers: Readonly<Record<string, string>> }

export type ServerPorts = Pick<Ports, 'processes' | 'clock' | 'http'>

/** What a server says of a tool of its. */
export interface OfferedTool {
  readonly name: string
  readonly description: string
  readonly input: JsonObject
  /** It says that the tool changes nothing. */
  readonly onlyReads: boolean
}

export interface Connection {
  /** False once it is known to be of no use any more. */
  readonly isOpen: boolean
  list(signal: AbortSignal): Promise<OfferedTool[]>
  /** Rejects with what `reasonOf` explains. */
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<CallToolResult>
  /** Whether it still answers. */
  answers(): Promise<boolean>
  /** Why a call came to nothing, in words; also closes what is lost. */
  reasonOf(error: unknown): { readonly text: string; readonly isLost: boolean }
  close(): Promise<void>
}

/** How we are called; the version is that of what we ask for, not of the program. */
const CLIENT = { name: 'orch-run', version: '1' }

/** A program may have to be downloaded first. */
const START_MS = 60_000
const PING_MS = 5000
/** Without a sign of progress, and in all. */
const CALL_MS = 120_000
const LONGEST_CALL_MS = 600_000

const ENDED: number = ErrorCode.ConnectionClosed
const TIMEOUT: number = ErrorCode.RequestTimeout

/** More than any model could choose from. */
const MOST_TOOLS = 1000

/** Starts, or reaches, a server; an error says, as a sentence, why not. */
export async function connect(ports: ServerPorts, order: ServerOrder, signal: AbortSignal): Promise<Result<Connection, string>> {
  const stdio = 'command' in order ? createStdioTransport(ports.processes, ports.clock, { argv: order.command, cwd: order.cwd, env: order.env }) : undefined
  const transport = stdio ?? remote(ports, order as Extract<ServerOrder, { url: string }>)
  const client = new Client(CLIENT, { capabilities: {} })
  let isOpen = true
  client.onclose = () => void (isOpen = false)
  const words = (): string => {
    const last = stdio?.lastWords() ?? ''
    return last === '' ? '' : `: ${last}`
  }
  try {
    await client.connect(transport, { timeout: START_MS, signal })
  } catch (error) {
    await transport.close()
    return err(`${startProblem(error)}${words()}`)
  }
  return ok({
    get isOpen() { return isOpen },
    list: async (abort) => listTools(client, abort),
    async call(tool, input, abort) {
      const options = { signal: abort, timeout: CALL_MS, maxTotalTimeout: LONGEST_CALL_MS, resetTimeoutOnProgress: true, onprogress: () => {} }
      return client.request({ method: 'tools/call', params: { name: tool, arguments: input } }, CallToolResultSchema, options)
    },
    answers: async () => client.ping({ timeout: PING_MS }).then(() => true, () => false),
    reasonOf(error) {
      const isLost = isLoss(error)
      if (isLost) isOpen = false
      return { isLost, text: `${callProblem(error, isLost)}${isLost ? words() : ''}` }
    },
    async close() {
      isOpen = false
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession().catch(() => {})
      await client.close()
    },
  })
}

function remote({ http }: ServerPorts, { url, headers }: Extract<ServerOrder, { url: string }>): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(url), { fetch: async (input, init) => http.fetch(input, init), requestInit: { headers: { ...headers } } })
}

async function listTools(client: Client, signal: AbortSignal): Promise<OfferedTool[]> {
  const found: OfferedTool[] = []
  if (client.getServerCapabilities()?.tools === undefined) return found
  for (let cursor: string | undefined; ;) {
    const params = cursor === undefined ? {} : { cursor }
    const page = await client.request({ method: 'tools/list', params }, ListToolsResultSchema, { timeout: START_MS, signal })
    for (const { name, description, inputSchema, annotations } of page.tools) {
      const { $schema: _dialect, ...input } = inputSchema as JsonObject
      found.push({ name, description: description ?? annotations?.title ?? '', input, onlyReads: annotations?.readOnlyHint === true })
    }
    cursor = page.nextCursor
    if (cursor === undefined || found.length >= MOST_TOOLS) return found.slice(0, MOST_TOOLS)
  }
}

function startProblem(error: unknown): string {
  if (error instanceof PortError) return `it cannot be started: ${error.message}`
  if (error instanceof McpError && error.code === ENDED) return 'it ended before it answered'
  if (error instanceof McpError && error.code === TIMEOUT) return `it did not answer within ${START_MS / 1000} seconds`
  return callProblem(error, true)
}

function callProblem(error: unknown, isLost: boolean): string {
  if (error instanceof McpError) {
    if (error.code === ENDED) return 'the server ended'
    if (error.code === TIMEOUT) return 'the server did not answer in time'
    return shortLine(error.message, 2000)
  }
  if (error instanceof StreamableHTTPError) return `the server answered ${error.code === undefined || error.code < 0 ? 'what is no MCP' : `with status ${error.code}`}`
  if (error instanceof TypeError) return `the server cannot be reached: ${shortLine(causeOf(error), 300)}`
  return shortLine(isLost && error instanceof Error ? error.message : String(error), 300)
}

function causeOf(error: Error): string {
  const { cause } = error as { cause?: { code?: string; message?: string } }
  return cause?.code ?? cause?.message ?? error.message
}

/** What leaves a connection of no use: its end, and a session that the server knows no more. */
function isLoss(error: unknown): boolean {
  if (error instanceof McpError) return error.code === ENDED
  if (error instanceof StreamableHTTPError) return error.code === 404 || error.code === 400
  return error instanceof TypeError || (error instanceof Error && error.message === 'the server has ended')
}
