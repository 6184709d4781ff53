import type { JsonObject } from '../../base/json.ts'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { refuse } from '../tool.ts'
import type { ToolAnswer } from '../tool.ts'
import { connect } from './connection.ts'
import type { Connection, OfferedTool, ServerOrder, ServerPorts } from './connection.ts'
import { answerOf } from './content.ts'

/** A server for the time of one conversation. */
export interface ToolServer {
  readonly name: string
  readonly tools: readonly OfferedTool[]
  /** Never rejects: what goes wrong is an answer for the model. */
  call(tool: OfferedTool, input: JsonObject, signal: AbortSignal): Promise<ToolAnswer>
  close(): Promise<void>
}

/** After so long without an answer it is asked for a sign of life first. */
const QUIET_MS = 30_000

/**
 * Starts a server and asks for its tools; one that has ended, or does not answer any more, is started once again. An error says,
 * as a sentence, why there is none.
 */
export async function openToolServer(ports: ServerPorts, order: ServerOrder, signal: AbortSignal): Promise<Result<ToolServer, string>> {
  const first = await connect(ports, order, signal)
  if (!first.ok) return first
  const listed = await toolsOf(first.value, signal)
  if (!listed.ok) {
    await first.value.close()
    return listed
  }
  let connection = first.value
  let heardAt = ports.clock.elapsed()
  let mayRestart = true
  let renewing: Promise<Result<Connection, string>> | undefined

  const renew = async (): Promise<Result<Connection, string>> => {
    if (connection.isOpen && ports.clock.elapsed() - heardAt < QUIET_MS) return ok(connection)
    if (connection.isOpen && (await connection.answers())) return ok(connection)
    await connection.close()
    if (!mayRestart) return err(`the server \`${order.name}\` has ended again, and is not started any more`)
    mayRestart = false
    const next = await connect(ports, order, signal)
    if (!next.ok) return err(`the server \`${order.name}\` had ended, and could not be started again: ${next.error}`)
    connection = next.value
    heardAt = ports.clock.elapsed()
    return next
  }
  const lively = async (): Promise<Result<Connection, string>> => (renewing ??= renew().finally(() => void (renewing = undefined)))
  const attempt = async (tool: OfferedTool, input: JsonObject, abort: AbortSignal, isFirst: boolean): Promise<ToolAnswer> => {
    const live = await lively()
    if (!live.ok) return refuse(live.error)
    try {
      const result = await live.value.call(tool.name, input, abort)
      heardAt = ports.clock.elapsed()
      return answerOf(result)
    } catch (error) {
      if (abort.aborted) return refuse('the call was stopped')
      const { text, isLost } = live.value.reasonOf(error)
      heardAt = Number.NEGATIVE_INFINITY
      if (!isLost) return refuse(text)
      // Asking twice does no harm where nothing is changed.
      return tool.onlyReads && isFirst ? attempt(tool, input, abort, false) : refuse(`${text}; whether the call had an effect is not known`)
    }
  }
  return ok({
    name: order.name,
    tools: listed.value,
    call: async (tool, input, abort) => attempt(tool, input, abort, true),
    close: async () => connection.close(),
  })
}

async function toolsOf(connection: Connection, signal: AbortSignal): Promise<Result<OfferedTool[], string>> {
  try {
    const tools = await connection.list(signal)
    return tools.length === 0 ? err('it offers no tools') : ok(tools)
  } catch (error) {
    return err(`it does not tell its tools: ${connection.reasonOf(error).text}`)
  }
}
