import { dirname } from 'node:path'
import { failureOf } from '../agent/agent-failure.ts'
import type { AgentFailure, Conversation } from '../agent/agent.ts'
import { EXECUTORS } from '../agent/executors.ts'
import { createProgramConversation } from '../agent/program-conversation.ts'
import type { ProgramDoor } from '../agent/program-conversation.ts'
import { stampProgram } from '../agent/program-stamp.ts'
import type { ProgramStamp } from '../agent/program-stamp.ts'
import type { Executor, ProgramTask } from '../agent/program.ts'
import type { JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Vendor } from '../proxy/endpoint.ts'
import type { Lease } from '../proxy/lease.ts'
import type { StopReason } from '../proxy/tenancy.ts'
import type { Failure } from '../run/failure.ts'
import type { AgentBench } from './agent-bench.ts'
import { teller } from './agent-io.ts'

/** A program that works as an agent, for one attempt. */
export interface Hired {
  readonly conversation: Conversation
  /** Who answered it last, as `provider/model`. */
  model(this: void): string
  /** Which program it is: known while it works, or soon after. */
  stamp(this: void): Promise<ProgramStamp>
  /** Ends what it could still ask for; nothing of its home is left. */
  close(this: void): Promise<void>
}

type Order = Pick<ProgramTask, 'instructions' | 'prompt' | 'outputs' | 'maxOutputTokens' | 'tools' | 'permissions' | 'allowCommands' | 'root' | 'cwd' | 'env'>

const SERVICE = 'model'

const VENDORS: Readonly<Record<string, Vendor>> = { 'claude-code': 'anthropic', codex: 'openai', gemini: 'gemini' }

/** Starts nothing yet, but all that the program will need is there: its model at a local address, a placeholder, an empty home. */
export async function hireProgram(bench: AgentBench, order: Order, seat: string): Promise<Result<Hired, Failure>> {
  const { world, io, agent, watch, work } = bench
  const executor = EXECUTORS.get(agent.executor)
  if (!executor) return err({ code: 'internal', message: `nothing runs \`${agent.executor}\`` })
  const path = await world.ports.processes.find(executor.program, order.env['PATH'])
  if (path === undefined) return err({ code: 'program-missing', message: `the program \`${executor.program}\` is not on the PATH: \`${executor.install}\``, program: executor.program })
  const lease = await openLease(bench, executor, seat)
  const place = (await world.ports.files.real(path)) ?? path
  const enclosed = await bench.place.enclosures?.forAgent({ ...agent, command: [path, dirname(place)] }, [{ name: SERVICE, accept: lease.accept }])
  if (enclosed?.ok !== true) {
    await lease.close()
    return enclosed ?? err({ code: 'internal', message: 'a program works in a worktree' })
  }
  const { ports, sandbox } = enclosed.value
  const own = `${io.outputFile}${seat}.home`
  const home = sandbox.isolation === 'process' ? own : homeInside(world.environment['HOME'])
  const task: ProgramTask = {
    ...order, path, home, model: agent.model === '' ? undefined : agent.model, maxTurns: Number.isFinite(agent.maxTurns) ? agent.maxTurns : undefined,
    isSandboxed: sandbox.isolation !== 'process', url: `http://127.0.0.1:${sandbox.port(SERVICE)}`, key: lease.key,
  }
  const surroundings = {
    signal: watch.signal, activity: (text: string) => io.activity(text),
    text(chunk: string) {
      work.said(chunk)
      io.output('stdout', chunk)
    },
    transcript(entry: JsonObject) {
      watch.beat()
      io.transcript(entry)
    },
  }
  const conversation = createProgramConversation(executor, task, { ...ports, random: world.ports.random }, doorOf(bench, lease), surroundings)
  let stamp: Promise<ProgramStamp> | undefined
  return ok({
    conversation,
    model: () => `${agent.provider}/${lease.model() ?? agent.model}`,
    stamp: async () => (stamp ??= stampProgram(executor, path, { ...ports, files: world.ports.files }, { ...order.env, HOME: home })),
    async close() {
      await lease.close()
      await world.ports.files.remove(own)
    },
  })
}

/** A sandbox has an empty folder of its own where our home is, if we have one. */
function homeInside(home: string | undefined): string {
  return home !== undefined && home.startsWith('/') && home !== '/' ? home : '/tmp/home'
}

async function openLease({ world, task, io, agent, watch, work }: AgentBench, executor: Executor, seat: string): Promise<Lease> {
  const { maxWaitMs } = world.pipeline.limits
  return world.lease(agent.provider, {
    vendor: VENDORS[executor.name] ?? 'openai', model: agent.model === '' ? undefined : agent.model, maxOutputTokens: agent.maxOutputTokens, maxWaitMs,
    maxCalls: executor.countsTurns || !Number.isFinite(agent.maxTurns) ? undefined : agent.maxTurns, signal: watch.signal,
    tellerOf(call) {
      work.turn()
      // As with calls of ours: only what is under way can stall. What becomes of a call is the last thing that is told of it.
      watch.pause()
      const tell = teller(io, { node: `${task.node}${seat}`, attempt: task.attempt, call, agent: agent.name }, watch, () => {})
      return { ...tell, decided: async (decision) => tell.decided(decision).finally(() => watch.resume()) }
    },
  })
}

/** What the proxy knows, in the words of agents. */
function doorOf({ io }: AgentBench, lease: Lease): ProgramDoor {
  let told = false
  return {
    stop: lease.stop,
    reason: () => reasonOf(lease.reason()),
    lastFailure() {
      const failure = lease.lastFailure()
      return failure && failureOf({ kind: 'failed', failure })
    },
    calls: () => lease.counted().requests,
    /** The proxy's count is what is charged; a program that counts otherwise is told of, once. */
    async said({ input, output }) {
      const { usage, lost } = lease.counted()
      const counted = { input: usage.input + usage.cacheRead + usage.cacheWrite, output: usage.output }
      if (told || lost > 0 || (counted.input === input && counted.output === output)) return
      told = true
      const message = `the program says that it used ${input} tokens of input and ${output} of output; ${counted.input} and ${counted.output} were counted, and charged`
      await io.emit({ type: 'noticed', severity: 'warning', code: 'usage-differs', message })
    },
  }
}

function reasonOf(reason: StopReason | undefined): AgentFailure | undefined {
  if (reason?.kind === 'calls') return { code: 'max-turns', message: `the agent was not done after ${reason.most} turns` }
  return reason && failureOf(reason)
}
