import type { AgentSpec, Pipeline, ToolServerSpec } from './pipeline.ts'

const PREFIX = 'mcp.'

/** A server that an agent may use, and which of its tools. */
export interface GrantedServer {
  readonly server: ToolServerSpec
  /** By the server's own names; undefined: all. */
  readonly tools: readonly string[] | undefined
}

/** The server and the tool that a word of `tools` names; undefined for a group of our own tools. */
export function toolServerWord(word: string): { readonly server: string; readonly tool: string | undefined } | undefined {
  if (!word.startsWith(PREFIX)) return undefined
  const [, server = '', tool] = /^mcp\.([^.]*)(?:\.(.*))?$/su.exec(word) ?? []
  return { server, tool }
}

/** The servers of an agent, in the order in which it names them. */
export function grantedServers({ toolServers }: Pick<Pipeline, 'toolServers'>, { tools }: Pick<AgentSpec, 'tools'>): GrantedServer[] {
  const words = tools.flatMap((tool) => toolServerWord(tool) ?? [])
  return [...new Set(words.map(({ server }) => server))].flatMap((name) => {
    const server = toolServers.get(name)
    const named = words.filter((word) => word.server === name).map(({ tool }) => tool)
    const some = named.filter((tool) => tool !== undefined)
    return server ? [{ server, tools: some.length === named.length ? some : undefined }] : []
  })
}
