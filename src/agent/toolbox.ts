import type { AgentTask } from './agent.ts'
import { createOutputsGate } from './outputs.ts'
import { TOOLS } from './registry.ts'
import type { Access, Tool, Toolbox, ToolWorld } from './tool.ts'

/** The tools that the task grants and its permissions allow. `served`: tools of servers, granted already. */
export function createToolbox(ports: ToolWorld['ports'], task: AgentTask, served: readonly Tool[] = []): Toolbox {
  const tools = new Map<string, Tool>()
  const refusals = new Map<string, string>()
  for (const { groups, create } of TOOLS) {
    const tool = create({ ports, task })
    const refusal = refusalOf(tool.access, groups, task)
    if (refusal === undefined) tools.set(tool.spec.name, tool)
    else refusals.set(tool.spec.name, refusal)
  }
  for (const tool of served) {
    if (tool.access === 'read' || task.permissions !== 'read-only') tools.set(tool.spec.name, tool)
    else refusals.set(tool.spec.name, 'this agent may only read, and its server does not say that the tool only reads')
  }
  return {
    tools,
    refusal: (name) => refusals.get(name),
    outputs: Object.keys(task.outputs).length === 0 ? undefined : createOutputsGate(task.outputs, ports.patterns),
  }
}

function refusalOf(access: Access, groups: readonly string[], task: AgentTask): string | undefined {
  if (!groups.some((group) => task.tools.includes(group))) return 'it was not granted to this agent'
  if (groups.includes('web') && task.allowHosts.length === 0) return 'this agent may reach no host'
  if (access === 'talk') return undefined
  if (access !== 'read' && task.permissions === 'read-only') return 'this agent may only read'
  if (access === 'run' && task.permissions === 'limited' && task.allowCommands.length === 0) return 'this agent may run no command'
  return undefined
}
