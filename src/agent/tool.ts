import type { JsonObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import type { ToolSpec } from '../provider/model.ts'
import type { AgentTask } from './agent.ts'
import type { OutputsGate } from './outputs.ts'

/** What the model may ask for. A tool answers whatever is asked of it: what it cannot do is an answer, too. */
export interface Tool {
  readonly spec: ToolSpec
  readonly access: Access
  /** What is being done, in a few words: `reading src/a.ts`. */
  activity(input: JsonObject): string
  run(input: JsonObject, signal: AbortSignal): Promise<ToolAnswer>
}

/**
 * What a tool does to the world: permissions are granted by it, and tools that only read may run at the same time. `talk` touches
 * no file: it is between the agents of a run.
 */
export type Access = 'read' | 'write' | 'run' | 'talk'

export interface ToolAnswer {
  readonly output: string
  /** The tool did not do what was asked; the output says why. A command that ran and failed is no error of its tool. */
  readonly isError: boolean
}

/** The tools of one agent. */
export interface Toolbox {
  readonly tools: ReadonlyMap<string, Tool>
  /** Why a tool that exists is not among them; undefined for a name that no tool has. */
  refusal(name: string): string | undefined
  /** Where the agent hands in its outputs; undefined when only text is wanted. */
  readonly outputs: OutputsGate | undefined
}

/** What tools are made from. */
export interface ToolWorld {
  readonly ports: Pick<Ports, 'files' | 'processes' | 'clock' | 'patterns' | 'pages' | 'sockets'>
  readonly task: Pick<AgentTask, 'root' | 'cwd' | 'env' | 'permissions' | 'allowCommands' | 'allowHosts' | 'memory' | 'mail'>
}

export function answer(output: string): ToolAnswer {
  return { output, isError: false }
}

export function refuse(output: string): ToolAnswer {
  return { output, isError: true }
}
