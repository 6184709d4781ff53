import type { Ports } from '../../base/ports.ts'
import { usedAgents } from '../../pipeline/involved.ts'
import type { Pipeline, ToolServerSpec } from '../../pipeline/pipeline.ts'
import { grantedServers } from '../../pipeline/tool-servers.ts'
import type { Finding } from './finding.ts'
import { lacking, ready } from './finding.ts'

type Environment = Readonly<Record<string, string>>

/** The longest that a server elsewhere is waited for. */
const PATIENCE_MS = 10_000

const SECRET = /\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g

/**
 * Servers whose tools the agents of a pipeline have. One that runs elsewhere is asked for its tools; a program is looked for and
 * not started, since it belongs into a worktree and a sandbox.
 */
export async function toolServerFindings(ports: Ports, env: Environment, pipeline: Pipeline | undefined): Promise<Finding[]> {
  const granted = pipeline ? usedAgents(pipeline).flatMap((agent) => grantedServers(pipeline, agent)) : []
  const servers = new Map(granted.map(({ server }) => [server.name, server]))
  return Promise.all([...servers.values()].map(async (server) => ('command' in server ? programFinding(ports, env, server) : remoteFinding(ports, env, server))))
}

async function programFinding(ports: Ports, env: Environment, { name, command: [program] }: Extract<ToolServerSpec, { command: unknown }>): Promise<Finding> {
  if (program.includes('/')) return ready(`tools of ${name}`, `\`${program}\`, as it is in the worktree`)
  const path = await ports.processes.find(program, env.PATH)
  return path === undefined
    ? lacking(`tools of ${name}`, `\`${program}\` is not on the PATH`, 'install it, or look at its `command`', true)
    : ready(`tools of ${name}`, path)
}

async function remoteFinding(ports: Ports, env: Environment, { name, url, headers: templates }: Extract<ToolServerSpec, { url: unknown }>): Promise<Finding> {
  const used = Object.values(templates).flatMap((template) => [...template.matchAll(SECRET)].map(([, variable = '']) => variable))
  const unset = used.find((variable) => (env[variable] ?? '') === '')
  if (unset !== undefined) return lacking(`tools of ${name}`, `${unset} is not set, which its headers hold`, `set the environment variable ${unset}`, true)
  const headers = Object.fromEntries(Object.entries(templates).map(([header, template]) => [header, template.replaceAll(SECRET, (_whole, variable: string) => env[variable] ?? '')]))
  if (Object.values(headers).some((value) => value.includes('${{'))) return ready(`tools of ${name}`, `${url}, not asked: only a run knows its headers`)
  const { openToolServer } = await import('../../agent/mcp/tool-server.ts')
  const server = await openToolServer(ports, { name, url, headers }, AbortSignal.timeout(PATIENCE_MS))
  if (!server.ok) return lacking(`tools of ${name}`, server.error, `look at its \`url\`: ${url}`, true)
  await server.value.close()
  const { tools } = server.value
  return ready(`tools of ${name}`, `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'} at ${url}`)
}
