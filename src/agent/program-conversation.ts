import { dirname, join } from 'node:path'
import type { JsonObject } from '../base/json.ts'
import type { ChildEnd, Ports } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { ABORTED } from './agent-failure.ts'
import type { AgentDone, AgentFailure, AgentIo, Conversation } from './agent.ts'
import { shortLine } from './excerpt.ts'
import { createLines } from './json-lines.ts'
import { createOutputsGate } from './outputs.ts'
import type { OutputsGate } from './outputs.ts'
import { outputsIn, outputsInWords } from './program-outputs.ts'
import type { Executor, ProgramResult, ProgramTask } from './program.ts'
import { programFailed, runProgram } from './run-program.ts'

/** What a program's model calls go through: it knows why they were refused, and what they came to. */
export interface ProgramDoor {
  /** Aborted when the program must not go on. */
  readonly stop: AbortSignal
  /** Why it must not. */
  reason(): AgentFailure | undefined
  /** Why its last model call came to nothing; undefined when it did not. */
  lastFailure(): AgentFailure | undefined
  /** How many model calls it has made so far. */
  calls(): number
  /** What the program says that it used so far. */
  said(usage: Used): Promise<void>
}

type ProgramIo = Pick<AgentIo, 'activity' | 'text' | 'transcript' | 'signal'>
type ProgramPorts = Pick<Ports, 'processes' | 'patterns' | 'random'>

/** How often a program that ends without its outputs is sent on, for each time that it is sent to work. */
const MOST_REMINDERS = 2

const NOTHING: Used = { input: 0, output: 0 }

interface Used {
  readonly input: number
  readonly output: number
}

interface Talk {
  readonly executor: Executor
  readonly task: ProgramTask
  readonly ports: ProgramPorts
  readonly door: ProgramDoor
  readonly io: ProgramIo
  readonly gate: OutputsGate | undefined
  /** Of the outputs, where the program takes it. */
  readonly schema: JsonObject | undefined
  session: string | undefined
  turns: number
  /** What was used so far, and of that before the session began. */
  used: Used
  earlier: Used
}

/** A program at work in its worktree; its session is gone on with for a repair, and begun anew where that is not to be had. */
export function createProgramConversation(executor: Executor, task: ProgramTask, ports: ProgramPorts, door: ProgramDoor, io: ProgramIo): Conversation {
  const gate = Object.keys(task.outputs).length === 0 ? undefined : createOutputsGate(task.outputs, ports.patterns)
  const schema = gate && executor.takesSchema(gate.spec.input) ? gate.spec.input : undefined
  const talk: Talk = { executor, task, ports, door, io, gate, schema, session: undefined, turns: 0, used: NOTHING, earlier: NOTHING }
  return {
    async start() {
      const prepared = await gate?.prepare()
      if (prepared?.ok === false) return err({ code: 'output-invalid', message: prepared.error })
      const furnished = await furnish(talk)
      return furnished.ok ? work(talk, task.prompt) : furnished
    },
    continue: async (message) => work(talk, message),
  }
}

/** Run where the program will run: only there its home is what it will see. */
const FURNISH = 'umask 077 && mkdir -p "$1" "$2" && if [ -n "$3" ]; then cat > "$3"; fi'

/** A home with nothing of anybody in it. Temporary files lie in it too: some programs refuse a home below the place for those. */
async function furnish({ executor, task, ports, schema, io }: Talk): Promise<Result<void, AgentFailure>> {
  const env = { PATH: task.env['PATH'] ?? '/usr/bin:/bin' }
  for (const [path, text] of [['', ''], ...Object.entries(executor.files(task, schema))] as const) {
    const file = path === '' ? '' : join(task.home, path)
    const argv = ['/bin/sh', '-c', FURNISH, 'sh', join(task.home, 'tmp'), path === '' ? task.home : dirname(file), file] as const
    let complaint = ''
    const end = await runProgram({ argv, cwd: task.cwd, env, input: text }, ports.processes, io.signal, { stdout: () => {}, stderr: (said) => { complaint += said } })
    if (!end.ok) return end
    if (end.value.exitCode !== 0) return err(programFailed('sh', end.value, `a home for the program cannot be made: ${shortLine(complaint, 200)}`))
  }
  return ok(undefined)
}

async function work(talk: Talk, message: string): Promise<Result<AgentDone, AgentFailure>> {
  const { gate, schema, task } = talk
  const asked = gate && schema === undefined ? `${message}\n\n${outputsInWords(gate.spec.input)}` : message
  let next = asked
  for (let reminders = 0; ; reminders += 1) {
    const result = await turn(talk, next)
    if (!result.ok) return result
    const { text, outputs } = result.value
    const done = { text, model: task.model ?? talk.executor.name, turns: talk.turns }
    if (!gate) return ok({ ...done, outputs: {} })
    const given = outputs ?? outputsIn(text)
    const checked = given ? await gate.check(given) : err('your last message holds no JSON object with the results')
    if (checked.ok) return ok({ ...done, outputs: checked.value })
    if (reminders === MOST_REMINDERS) return err({ code: 'output-invalid', message: checked.error })
    next = `${checked.error}\n\n${outputsInWords(gate.spec.input)}`
  }
}

/** One run of the program. A session that cannot be gone on with has called no model: then the task is told again. */
async function turn(talk: Talk, message: string): Promise<Result<ProgramResult, AgentFailure>> {
  const before = talk.door.calls()
  const result = await run(talk, message, talk.session)
  const isLost = talk.session !== undefined && !result.ok && result.error.code === 'program-failed' && talk.door.calls() === before
  if (!isLost) return result
  talk.session = undefined
  return run(talk, `${talk.task.prompt}\n\n${message}`, undefined)
}

async function run(talk: Talk, message: string, session: string | undefined): Promise<Result<ProgramResult, AgentFailure>> {
  const { executor, task, ports, door, io, schema } = talk
  talk.turns += 1
  if (session === undefined) talk.earlier = talk.used
  io.activity(`running ${executor.program}`)
  const reader = executor.createReader()
  const lines = createLines((event) => {
    io.transcript({ type: 'program', turn: talk.turns, event })
    const said = reader.line(event)
    if (said.text !== undefined) io.text(`${said.text.trimEnd()}\n`)
    if (said.activity !== undefined) io.activity(shortLine(said.activity, 80))
  }, (text) => io.text(`${text}\n`))
  let complaint = ''
  const { args, env } = executor.command(task, { session, fresh: uuid(ports.random.hex(16)), schema })
  io.transcript({ type: 'message', turn: talk.turns, text: message, args: [...args] })
  const order = { argv: [task.path, ...args] as const, cwd: task.cwd, env: { ...programEnvironment(task), ...env }, input: message }
  const ended = await runProgram(order, ports.processes, AbortSignal.any([io.signal, door.stop]), {
    stdout: (text) => lines.push(text),
    stderr: (text) => {
      io.text(text)
      complaint = (complaint + text).slice(-2000)
    },
  })
  lines.end()
  const result = reader.result()
  talk.session = result.session ?? talk.session
  await account(talk, result)
  if (io.signal.aborted) return err(ABORTED)
  const reason = door.reason()
  if (reason) return err(reason)
  if (!ended.ok) return ended
  return result.isDone && ended.value.exitCode === 0 ? ok(result) : err(failureOf(talk, result, ended.value, complaint))
}

/** A provider that failed it is why it failed; else what it said itself. */
function failureOf({ executor, door }: Talk, { failure }: ProgramResult, end: ChildEnd, complaint: string): AgentFailure {
  if (failure?.code === 'max-turns') return { code: 'max-turns', message: failure.message }
  const lastLine = complaint.trimEnd().split('\n').at(-1) ?? ''
  return door.lastFailure() ?? programFailed(executor.program, end, shortLine(failure?.message ?? lastLine, 300))
}

async function account(talk: Talk, { usage }: ProgramResult): Promise<void> {
  if (!usage) return
  const before = usage.isTotal ? talk.earlier : talk.used
  talk.used = { input: before.input + usage.input, output: before.output + usage.output }
  await talk.door.said(talk.used)
}

/** Nothing of our own environment: what the agent may see, and a home of its own. */
function programEnvironment({ env, home }: ProgramTask): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('XDG_'))
  return { ...Object.fromEntries(kept), HOME: home, TMPDIR: join(home, 'tmp'), NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' }
}

function uuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
