import { failureOf } from '../agent/agent-failure.ts'
import type { AgentDone, AgentFailure, Conversation } from '../agent/agent.ts'
import { createCommandConversation } from '../agent/command.ts'
import type { ProgramStamp } from '../agent/program-stamp.ts'
import { createConversation } from '../agent/loop.ts'
import { createToolbox } from '../agent/toolbox.ts'
import { formatDuration } from '../base/duration.ts'
import type { JsonObject } from '../base/json.ts'
import { usdToPico } from '../base/money.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentSpec } from '../pipeline/pipeline.ts'
import { grantedServers } from '../pipeline/tool-servers.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { AgentBench } from './agent-bench.ts'
import { createAgentMail, createAgentMemory } from './agent-memory.ts'
import { agentIo, targetOf } from './agent-io.ts'
import type { Supervision } from './agent-io.ts'
import { createWorkCount } from './agent-work.ts'
import { stepEnvironment } from './environment.ts'
import { createStallWatch } from './stall-watch.ts'
import type { StepWorld } from './world.ts'

/** What an agent is to do. */
export interface Errand {
  /** Without expressions. */
  readonly prompt: string
  readonly outputs: Readonly<Record<string, JsonObject>>
  /** Tells apart the conversations of one attempt: empty for the only one, else `~` and a word. */
  readonly seat: string
}

/** A conversation as steps have it: what ended it badly is a failure of the attempt. */
export interface Talk {
  start(): Promise<Result<AgentDone, Failure>>
  continue(message: string): Promise<Result<AgentDone, Failure>>
  /** Why it is not to be continued, where the budget of the run is used up. */
  over(): Failure | undefined
  /** Which program it is, where it is one of its own. */
  program?(): Promise<ProgramStamp>
  /** To be called when nothing more is to be said, where it is there. */
  close?(): Promise<void>
}

/** Whoever opens it stops the watch when the work is over. */
export function supervise(world: StepWorld, task: AttemptTask, io: AttemptIo, agent: AgentSpec): Supervision {
  const owner = `${world.agentSpace}${agent.name}`
  const shared = { memory: createAgentMemory(io, world.ports.clock, owner), mail: createAgentMail(world, task, io, owner) }
  return { ...shared, watch: createStallWatch(world.ports.clock, agent.stallTimeoutMs, io.signal), work: createWorkCount(world.ports.clock) }
}

/** A conversation at a place of work. The watch counts while the agent works, and not between. */
export async function converse(bench: AgentBench, errand: Errand): Promise<Result<Talk, Failure>> {
  const { world, task, io, place, agent, watch, work, memory, mail } = bench
  const { prompt, outputs, seat } = errand
  const env = stepEnvironment(world, task, 'narrow', agent.env)
  if (!env.ok) return err({ code: 'expression-failed', message: env.error })
  const order = {
    instructions: agent.instructions ?? '', prompt, outputs, model: agent.model,
    maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens, contextTokens: agent.contextTokens, temperature: agent.temperature,
    tools: agent.tools, permissions: agent.permissions, allowCommands: agent.allowCommands, allowHosts: agent.allowHosts, root: place.root, cwd: place.cwd, env: env.value, memory, mail,
  }
  if (agent.executor !== 'llm' && agent.executor !== 'command') {
    const hired = await (await import('./program.ts')).hireProgram(bench, order, seat)
    if (!hired.ok) return hired
    const { conversation, model, stamp, close } = hired.value
    return ok({ ...each(bench, conversation, async (done) => ok({ ...done, model: model() })), program: stamp, close })
  }
  const servers = agent.executor === 'llm' ? grantedServers(world.pipeline, agent) : []
  const programs = servers.flatMap(({ server }) => ('command' in server ? server.command : []))
  const isEnclosed = runsPrograms(agent) || programs.length > 0
  const enclosed = place.enclosures && isEnclosed ? await place.enclosures.forAgent({ ...agent, command: [...agent.command, ...programs] }) : undefined
  if (enclosed?.ok === false) return enclosed
  const ports = enclosed?.value.ports ?? world.ports
  const surroundings = await agentIo(world, task, io, agent, seat, bench)
  const [program, ...rest] = agent.command
  if (agent.executor === 'command' && program !== undefined) {
    return ok(accounted(createCommandConversation({ ...order, argv: [program, ...rest] }, ports, surroundings), bench, seat))
  }
  const served = servers.length === 0 ? undefined : await (await import('./tool-servers.ts')).openToolServers(bench, servers, ports)
  if (served?.ok === false) return served
  const modelWindow = (await world.caller()).window(targetOf(world.pipeline, agent))
  const known = modelWindow === undefined ? order : { ...order, modelWindow }
  const toolbox = work.measured(createToolbox(ports, known, served?.value.tools), watch)
  // Which model it was, as `provider/model`, only the caller knows.
  const talk = each(bench, createConversation(known, toolbox, surroundings), async (done) => ok({ ...done, model: surroundings.answeredBy() }))
  return ok(served === undefined ? talk : { ...talk, close: served.value.close })
}

/** A model without a shell starts nothing: there is nothing to lock in. */
function runsPrograms({ executor, tools, permissions }: AgentSpec): boolean {
  return executor !== 'llm' || (tools.includes('shell') && permissions !== 'read-only')
}

type BudgetFailure = Extract<Failure, { code: 'budget-exceeded' }>

/**
 * A program, each of whose runs is a turn. What it says that it cost is entered after the fact: nobody could hold it back before.
 * Where it passes the budget of the run, that stops by itself and good work is kept; any other budget fails the step.
 */
function accounted(conversation: Conversation, bench: AgentBench, seat: string): Talk {
  let round = 0
  let over: Failure | undefined
  const counted: Conversation = {
    async start() {
      bench.work.turn()
      return conversation.start()
    },
    async continue(message) {
      bench.work.turn()
      return conversation.continue(message)
    },
  }
  const talk = each(bench, counted, async (done) => {
    const passed = await account(bench, done, seat, round)
    round += 1
    if (passed !== undefined && passed.scope !== 'run') return err(passed)
    over ??= passed
    return ok(done)
  })
  return { ...talk, over: () => over }
}

async function account({ world, task, io, agent }: AgentBench, done: AgentDone, seat: string, round: number): Promise<BudgetFailure | undefined> {
  if (done.usage === undefined) return undefined
  const { usage } = done
  const number = (name: string): number => (typeof usage[name] === 'number' && Number.isFinite(usage[name]) && usage[name] >= 0 ? usage[name] : 0)
  const pico = usdToPico(number('cost_usd')) ?? 0n
  const cost = pico.toString()
  const node = `${task.node}${seat}`
  const call = `${node}#${task.attempt}.${round}`
  await io.emit({ type: 'call-reserved', call, provider: 'command', model: agent.name, hold: cost, agent: agent.name })
  const counts = { input: Math.round(number('input_tokens')), output: Math.round(number('output_tokens')), cacheRead: 0, cacheWrite: 0 }
  await io.emit({ type: 'call-settled', call, cost, basis: 'measured', usage: counts, retries: 0 })
  const refusal = await (await world.caller()).charge(call, { node, attempt: task.attempt, call: round, agent: agent.name }, pico)
  const failure = refusal && failureOf(refusal)
  return failure?.code === 'budget-exceeded' ? failure : undefined
}

function each({ agent, watch }: AgentBench, conversation: Conversation, after: (done: AgentDone) => Promise<Result<AgentDone, Failure>>): Talk {
  const act = async (turn: Promise<Result<AgentDone, AgentFailure>>): Promise<Result<AgentDone, Failure>> => {
    const result = await turn
    watch.pause()
    if (result.ok) return after(result.value)
    return err(watch.hasStalled ? stallFailure(agent) : agentFailure(result.error))
  }
  return {
    over: () => undefined,
    start: async () => act(conversation.start()),
    async continue(message) {
      watch.resume()
      return act(conversation.continue(message))
    },
  }
}

function stallFailure({ stallTimeoutMs }: AgentSpec): Failure {
  return { code: 'stalled', message: `the agent showed no sign of progress for ${formatDuration(stallTimeoutMs)}`, afterMs: stallTimeoutMs }
}

function agentFailure(failure: AgentFailure): Failure {
  return failure.code === 'aborted' ? { code: 'interrupted', message: failure.message } : failure
}
