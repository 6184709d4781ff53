import type { ServerOrder } from '../agent/mcp/connection.ts'
import { openToolServer } from '../agent/mcp/tool-server.ts'
import type { ToolServer } from '../agent/mcp/tool-server.ts'
import { servedTools } from '../agent/mcp/tools.ts'
import type { Tool } from '../agent/tool.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { ToolServerSpec } from '../pipeline/pipeline.ts'
import type { GrantedServer } from '../pipeline/tool-servers.ts'
import type { Failure } from '../run/failure.ts'
import type { AgentBench } from './agent-bench.ts'
import { renderText, stepEnvironment } from './environment.ts'

/** The tools that an agent has of servers, which live as long as its conversation. */
export interface Served {
  readonly tools: readonly Tool[]
  close(this: void): Promise<void>
}

type Opened = GrantedServer & { readonly live: Result<ToolServer, Failure> }

/** Starts all servers of an agent, side by side; programs are started by `ports`, where the agent's commands are. */
export async function openToolServers(bench: AgentBench, granted: readonly GrantedServer[], ports: AgentBench['world']['ports']): Promise<Result<Served, Failure>> {
  const { io, watch } = bench
  io.activity(`starting ${granted.map(({ server }) => server.name).join(', ')}`)
  const opened = await Promise.all(granted.map(async (one): Promise<Opened> => ({ ...one, live: await open(bench, one.server, ports) })))
  const living = opened.flatMap(({ live, tools }) => (live.ok ? [{ server: live.value, wanted: tools }] : []))
  const close = async (): Promise<void> => void (await Promise.all(living.map(async ({ server }) => server.close())))
  const failure = opened.flatMap(({ live }) => (live.ok ? [] : [live.error]))[0] ?? living.flatMap((one) => missingTool(one.server, one.wanted))[0]
  if (failure) {
    await close()
    return err(watch.signal.aborted ? { code: 'interrupted', message: 'the work was stopped' } : failure)
  }
  const { tools, leftOut } = servedTools(living)
  for (const message of leftOut) await io.emit({ type: 'noticed', severity: 'warning', code: 'tool-left-out', message })
  return ok({ tools, close })
}

async function open(bench: AgentBench, spec: ToolServerSpec, ports: AgentBench['world']['ports']): Promise<Result<ToolServer, Failure>> {
  const order = orderOf(bench, spec)
  if (!order.ok) return err({ code: 'expression-failed', message: order.error })
  const opened = await openToolServer(ports, order.value, bench.watch.signal)
  return opened.ok ? opened : err({ code: 'tool-server-failed', message: `the tool server \`${spec.name}\` is not there: ${opened.error}`, server: spec.name })
}

function orderOf({ world, task, agent, place }: AgentBench, spec: ToolServerSpec): Result<ServerOrder, string> {
  const { name } = spec
  if ('command' in spec) {
    const env = stepEnvironment(world, task, 'narrow', { ...agent.env, ...spec.env })
    return env.ok ? ok({ name, command: spec.command, cwd: place.cwd, env: env.value }) : env
  }
  const headers: Record<string, string> = {}
  for (const [header, template] of Object.entries(spec.headers)) {
    const rendered = renderText(world, task, template)
    if (!rendered.ok) return err(`the header \`${header}\` of the tool server \`${name}\` cannot be evaluated: ${rendered.error}`)
    // A client's complaint about it would quote the key.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(rendered.value)) return err(`the header \`${header}\` of the tool server \`${name}\` has a line break or another character that no header has`)
    headers[header] = rendered.value
  }
  return ok({ name, url: spec.url, headers })
}

function missingTool({ name, tools }: ToolServer, wanted: readonly string[] | undefined): Failure[] {
  const missing = wanted?.find((tool) => tools.every((offered) => offered.name !== tool))
  if (missing === undefined) return []
  const offered = tools.slice(0, 20).map((tool) => `\`${tool.name}\``).join(', ')
  return [{ code: 'tool-server-failed', message: `the tool server \`${name}\` has no tool \`${missing}\`, it has ${offered}${tools.length > 20 ? ' and more' : ''}`, server: name }]
}
