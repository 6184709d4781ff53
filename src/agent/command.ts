import { isObject, objectIn } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentDone, AgentFailure, AgentIo, Conversation } from './agent.ts'
import { createOutputsGate } from './outputs.ts'
import { programFailed, runProgram } from './run-program.ts'

/** A program that works in place of a model: the task on its standard input, its answer on its standard output. */
export interface CommandTask {
  readonly argv: readonly [string, ...string[]]
  readonly prompt: string
  readonly outputs: Readonly<Record<string, JsonObject>>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

type CommandPorts = Pick<Ports, 'processes' | 'patterns'>

/** What is kept of its output; more is no answer. */
const MOST_CHARACTERS = 1_000_000

/** Each turn starts the program anew; a repair gives it the task again, with what failed below it. */
export function createCommandConversation(task: CommandTask, ports: CommandPorts, io: AgentIo): Conversation {
  let turns = 0
  const turn = async (input: string): Promise<Result<AgentDone, AgentFailure>> => {
    turns += 1
    io.activity(`running ${task.argv[0]}`)
    const printed = await run(task, ports, io, input)
    if (!printed.ok) return printed
    const { text, outputs, usage } = answerOf(printed.value)
    io.transcript({ kind: 'command', turn: turns, input, output: printed.value })
    const checked = await checkOutputs(task, ports, outputs)
    return checked.ok ? ok({ text, outputs: checked.value, model: task.argv[0], turns, ...(usage === undefined ? {} : { usage }) }) : checked
  }
  return { start: async () => turn(task.prompt), continue: async (message) => turn(`${task.prompt}\n\n${message}`) }
}

async function run(task: CommandTask, ports: CommandPorts, io: AgentIo, input: string): Promise<Result<string, AgentFailure>> {
  let output = ''
  const stdout = (text: string): void => {
    if (text !== '') io.text(text)
    if (output.length < MOST_CHARACTERS) output += text
  }
  const { argv, cwd, env } = task
  const end = await runProgram({ argv, cwd, env, input }, ports.processes, io.signal, { stdout, stderr: (text) => io.text(text) })
  if (!end.ok) return end
  return end.value.exitCode === 0 ? ok(output) : err(programFailed(argv[0], end.value))
}

interface Answer {
  readonly text: string
  readonly outputs: JsonObject | undefined
  readonly usage: JsonObject | undefined
}

/** What it printed; a JSON object on the last line that has `text`, `outputs` or `usage` is taken for the answer. */
function answerOf(printed: string): Answer {
  const text = printed.trimEnd()
  const last = text.slice(text.lastIndexOf('\n') + 1)
  const value = objectIn(last)
  if (!value || !['text', 'outputs', 'usage'].some((key) => Object.hasOwn(value, key))) return { text, outputs: undefined, usage: undefined }
  const before = text.slice(0, text.length - last.length).trimEnd()
  return {
    text: typeof value.text === 'string' ? value.text : before,
    outputs: isObject(value.outputs) ? (value.outputs) : undefined,
    usage: isObject(value.usage) ? (value.usage) : undefined,
  }
}

async function checkOutputs(task: CommandTask, ports: CommandPorts, given: JsonObject | undefined): Promise<Result<JsonObject, AgentFailure>> {
  if (Object.keys(task.outputs).length === 0) return ok(given ?? {})
  if (given === undefined) return err({ code: 'output-invalid', message: 'the program must print a JSON object with `outputs` on its last line' })
  const gate = createOutputsGate(task.outputs, ports.patterns)
  const prepared = await gate.prepare()
  if (!prepared.ok) return err({ code: 'output-invalid', message: prepared.error })
  const checked = await gate.check(given)
  return checked.ok ? checked : err({ code: 'output-invalid', message: checked.error })
}
