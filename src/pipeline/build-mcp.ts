import { buildEnv } from './build-values.ts'
import type { ToolServerSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

type ServerText = NonNullable<PipelineText['mcp']>[string]

export function buildToolServer(name: string, server: ServerText): ToolServerSpec {
  const [program, ...args] = server.command ?? []
  return program === undefined
    ? { name, url: server.url ?? '', headers: buildEnv(server.headers) }
    : { name, command: [program, ...args], env: buildEnv(server.env) }
}
