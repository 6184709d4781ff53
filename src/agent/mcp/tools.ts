import { excerptOf } from '../excerpt.ts'
import type { Tool } from '../tool.ts'
import type { OfferedTool } from './connection.ts'
import type { ToolServer } from './tool-server.ts'

/** What every vendor takes as the name of a tool. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

const MOST_DESCRIPTION = 8_000
const MOST_SCHEMA = 64_000

/** Tools of servers as tools of an agent, and what was wrong with those that are not among them. */
export interface ServedTools {
  readonly tools: readonly Tool[]
  /** As sentences. */
  readonly leftOut: readonly string[]
}

/** `wanted`: by the names of the server; undefined: all. */
export function servedTools(servers: readonly { readonly server: ToolServer; readonly wanted: readonly string[] | undefined }[]): ServedTools {
  const tools = new Map<string, Tool>()
  const leftOut: string[] = []
  for (const { server, wanted } of servers) {
    for (const offered of server.tools.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
      const name = `${server.name}__${offered.name}`
      const fault = tools.has(name) ? 'there is one of that name already' : faultOf(name, offered)
      if (fault === undefined) tools.set(name, toolOf(server, offered, name))
      else leftOut.push(`the tool \`${excerptOf(offered.name, 100)}\` of the server \`${server.name}\` is left out: ${fault}`)
    }
  }
  return { tools: [...tools.values()], leftOut }
}

function faultOf(name: string, { input }: OfferedTool): string | undefined {
  if (!NAME.test(name)) return `models know it as \`${excerptOf(name, 200)}\`, and take only 64 letters, digits, \`_\` and \`-\``
  return JSON.stringify(input).length > MOST_SCHEMA ? `the schema of its input is longer than ${MOST_SCHEMA} characters` : undefined
}

function toolOf(server: ToolServer, offered: OfferedTool, name: string): Tool {
  return {
    spec: { name, description: excerptOf(offered.description, MOST_DESCRIPTION), input: offered.input },
    access: offered.onlyReads ? 'read' : 'write',
    activity: () => `calling ${name}`,
    run: async (input, signal) => server.call(offered, input, signal),
  }
}
