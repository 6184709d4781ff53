import type { JsonObject } from '../base/json.ts'
import type { ToolCall, ToolResult } from '../provider/model.ts'
import type { AgentIo } from './agent.ts'
import { excerptOf, shortLine } from './excerpt.ts'
import { SUBMIT_OUTPUTS } from './outputs.ts'
import { portProblem } from './path.ts'
import { isRefusal } from './refusal.ts'
import { answer, refuse } from './tool.ts'
import type { ToolAnswer, Toolbox } from './tool.ts'

/** What became of the tool calls of one reply. */
export interface CallsDone {
  /** Exactly one for each call, in their order. */
  readonly results: readonly ToolResult[]
  /** What was handed in and fits, last of all; undefined when nothing was. */
  readonly outputs: JsonObject | undefined
}

/** Runs the calls in their order, those that only read side by side. After an abort, what has not begun is not run. */
export async function runCalls(toolbox: Toolbox, calls: readonly ToolCall[], io: AgentIo): Promise<CallsDone> {
  const results: ToolResult[] = []
  let outputs: JsonObject | undefined
  for (const group of groupsOf(toolbox, calls)) {
    const ran = await Promise.all(group.map(async (call) => runCall(toolbox, call, io)))
    for (const { result, submitted } of ran) {
      results.push(result)
      outputs = submitted ?? outputs
    }
  }
  return { results, outputs }
}

interface Ran {
  readonly result: ToolResult
  readonly submitted?: JsonObject
}

function groupsOf(toolbox: Toolbox, calls: readonly ToolCall[]): ToolCall[][] {
  const groups: ToolCall[][] = []
  const reads = (call: ToolCall | undefined): boolean => toolbox.tools.get(call?.name ?? '')?.access === 'read'
  for (const call of calls) {
    const last = groups.at(-1)
    if (last && reads(last[0]) && reads(call)) last.push(call)
    else groups.push([call])
  }
  return groups
}

async function runCall(toolbox: Toolbox, call: ToolCall, io: AgentIo): Promise<Ran> {
  if (io.signal.aborted) return { result: resultOf(call, refuse('not run: the work was stopped')) }
  if (call.input === undefined) return { result: resultOf(call, refuse(notAnObject(call))) }
  try {
    if (call.name === SUBMIT_OUTPUTS && toolbox.outputs) {
      io.activity('handing in the outputs')
      return await submit(toolbox.outputs, call, call.input)
    }
    const tool = toolbox.tools.get(call.name)
    if (!tool) return { result: resultOf(call, refuse(unknownTool(toolbox, call.name))) }
    io.activity(tool.activity(call.input))
    return { result: resultOf(call, await tool.run(call.input, io.signal)) }
  } catch (error) {
    if (isRefusal(error)) return { result: resultOf(call, refuse(`\`${call.name}\` failed: ${portProblem(error)}`)) }
    throw error
  }
}

async function submit(gate: NonNullable<Toolbox['outputs']>, call: ToolCall, input: JsonObject): Promise<Ran> {
  const checked = await gate.check(input)
  if (!checked.ok) return { result: resultOf(call, refuse(excerptOf(checked.error))) }
  return { result: resultOf(call, answer('the outputs were taken')), submitted: checked.value }
}

function notAnObject(call: ToolCall): string {
  return `the input of \`${shortLine(call.name, 60)}\` is no JSON object; it began with \`${shortLine(call.text, 100)}\``
}

function unknownTool(toolbox: Toolbox, name: string): string {
  const refusal = toolbox.refusal(name)
  if (refusal !== undefined) return `the tool \`${name}\` cannot be used: ${refusal}`
  const names = [...toolbox.tools.keys(), ...(toolbox.outputs ? [SUBMIT_OUTPUTS] : [])]
  const offered = names.length === 0 ? 'there are none' : `the tools are ${names.map((known) => `\`${known}\``).join(', ')}`
  return `there is no tool \`${shortLine(name, 60)}\`; ${offered}`
}

function resultOf(call: ToolCall, { output, isError }: ToolAnswer): ToolResult {
  return { id: call.id, name: call.name, output, isError }
}
