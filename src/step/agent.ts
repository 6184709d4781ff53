import { failureOf } from '../agent/agent-failure.ts'
import type { AgentDone, AgentFailure, Conversation } from '../agent/agent.ts'
import { createCommandConversation } from '../agent/command.ts'
import { createConversation } from '../agent/loop.ts'
import { createToolbox } from '../agent/toolbox.ts'
import { feedback } from '../check/feedback.ts'
import { signature } from '../check/signature.ts'
import { formatDuration } from '../base/duration.ts'
import { usdToPico } from '../base/money.ts'
import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentSpec, AgentStep } from '../pipeline/pipeline.ts'
import { chainOf } from '../pipeline/team.ts'
import type { AttemptResult, StepKind } from '../run/contract.ts'
import { isAgentsOwn } from '../run/failure.ts'
import type { Failure } from '../run/failure.ts'
import { agentIo } from './agent-io.ts'
import type { Supervision } from './agent-io.ts'
import { createWorkCount } from './agent-work.ts'
import { collectPlace, commitPlace } from './commit.ts'
import { stepEnvironment } from './environment.ts'
import { withFormer } from './handover.ts'
import { blocking, checkFailure, judge } from './judge.ts'
import type { Bench } from './judge.ts'
import { atPlace } from './place.ts'
import { renderPrompt } from './prompt-text.ts'
import { protectedChanges, protectedFailure } from './protected-path.ts'
import { createStallWatch } from './stall-watch.ts'
import type { StepWorld } from './world.ts'

/** An agent in a worktree of its own: its work is proved by the step's checks and goes back to it until they hold. */
export function agentKind(world: StepWorld): StepKind {
  return {
    byAgents: true,
    async attempt(task, io) {
      const step = task.step as AgentStep
      const agent = world.pipeline.agents.get(task.agent ?? step.agent)
      if (!agent) return failed({ code: 'internal', message: `there is no agent \`${task.agent ?? step.agent}\`` })
      return atPlace(world, task, io, async (place) => {
        const supervised = { watch: createStallWatch(world.ports.clock, agent.stallTimeoutMs, io.signal), work: createWorkCount(world.ports.clock) }
        const bench = { world, task, io, place, agent, ...supervised }
        const conversation = await converse(bench, step)
        const result = conversation.ok ? await prove(bench, step, conversation.value) : failed(conversation.error)
        supervised.watch.stop()
        await reportTrespasses(bench)
        const isolation = await place.enclosures?.isolation()
        const told = isolation === undefined ? result : { ...result, isolation }
        return withWork(bench, io.signal.aborted ? { ...told, status: 'cancelled' } : told)
      })
    },
  }
}

/** An agent's place of work, and who looks after it there. */
interface AgentBench extends Bench, Supervision {
  readonly agent: AgentSpec
}

/** With what the agent did; where another may take over from it, also with what that one ought to know. */
async function withWork({ world, task, place, agent, work }: AgentBench, result: AttemptResult): Promise<AttemptResult> {
  const hasBackup = chainOf(world.pipeline, agent.name).length > 1
  if (result.status === 'passed' || !hasBackup || (result.failure && !isAgentsOwn(result.failure))) return { ...result, work: work.soFar() }
  const collected = await collectPlace(task, place, { agent: agent.name })
  return { ...result, work: { ...work.soFar(), handover: work.handover(collected.ok ? collected.value.files : []) } }
}

async function converse(bench: AgentBench, step: AgentStep): Promise<Result<Conversation, Failure>> {
  const { world, task, io, place, agent, watch, work } = bench
  const prompt = renderPrompt(world, task, step.prompt ?? '')
  if (!prompt.ok) return { ok: false, error: { code: 'expression-failed', message: `the prompt cannot be evaluated: ${prompt.error}` } }
  const env = stepEnvironment(world, task, 'narrow', agent.env)
  if (!env.ok) return { ok: false, error: { code: 'expression-failed', message: env.error } }
  const order = {
    instructions: agent.instructions ?? '', prompt: withFormer(prompt.value, task.former), outputs: step.outputs ?? {}, model: agent.model,
    maxTurns: agent.maxTurns, maxOutputTokens: agent.maxOutputTokens, temperature: agent.temperature, tools: agent.tools,
    permissions: agent.permissions, allowCommands: agent.allowCommands, root: place.root, cwd: place.cwd, env: env.value,
  }
  const enclosed = place.enclosures && runsPrograms(agent) ? await place.enclosures.forAgent(agent) : undefined
  if (enclosed?.ok === false) return enclosed
  const ports = enclosed?.value.ports ?? world.ports
  const surroundings = await agentIo(world, task, io, agent, bench)
  const [program, ...rest] = agent.command
  if (agent.executor === 'command' && program !== undefined) {
    return ok(counted(createCommandConversation({ ...order, argv: [program, ...rest] }, ports, surroundings), work))
  }
  const toolbox = work.measured(createToolbox(ports, order), watch)
  return ok(told(createConversation(order, toolbox, surroundings), surroundings.answeredBy))
}

/** The same conversation with a program, each of whose runs is a turn. */
function counted(conversation: Conversation, work: Supervision['work']): Conversation {
  return {
    async start() {
      work.turn()
      return conversation.start()
    },
    async continue(message) {
      work.turn()
      return conversation.continue(message)
    },
  }
}

/** A model without a shell starts nothing: there is nothing to lock in. */
function runsPrograms({ executor, tools, permissions }: AgentSpec): boolean {
  return executor !== 'llm' || (tools.includes('shell') && permissions !== 'read-only')
}

/** The same conversation, its model told as `provider/model`: which one it was only the caller knows. */
function told(conversation: Conversation, answeredBy: () => string): Conversation {
  const named = async (done: ReturnType<Conversation['start']>): ReturnType<Conversation['start']> => {
    const result = await done
    return result.ok ? ok({ ...result.value, model: answeredBy() }) : result
  }
  return { start: async () => named(conversation.start()), continue: async (message) => named(conversation.continue(message)) }
}

/** Work, judge, repair: until the checks hold, the repairs are used up, or the same failure comes twice without a change. */
async function prove(bench: AgentBench, step: AgentStep, conversation: Conversation): Promise<AttemptResult> {
  const { task, io, agent, watch, work } = bench
  let done = await conversation.start()
  let before = ''
  for (let round = 0; ; round += 1) {
    if (!done.ok) return failed(watch.hasStalled ? stallFailure(agent) : agentFailure(done.error))
    watch.pause()
    const over = await account(bench, done.value, round)
    if (over !== undefined && over.scope !== 'run') return failed(over)
    if (step.verify.length === 0) return finish(bench, done.value)
    const collected = await collectPlace(task, bench.place, { agent: agent.name, model: done.value.model })
    if (!collected.ok) return failed(collected.error)
    const verdicts = await judge(bench, step.verify, round, collected.value.tree)
    if (!verdicts.ok) return failed(verdicts.error)
    if (io.signal.aborted) return { status: 'cancelled' }
    const bad = blocking(verdicts.value)
    const restored = await restore(bench, collected.value.tree)
    if (restored) return failed(restored)
    if (bad.length === 0) return finish(bench, done.value)
    work.said(`\n${feedback(bad)}`)
    const now = `${collected.value.tree} ${signature(bad)}`
    if (now === before) return failed(checkFailure(bad, ', twice the same way without a change between'))
    if (over !== undefined) return failed(over)
    if (round >= step.repair) return failed(checkFailure(bad, step.repair === 0 ? '' : ` after ${step.repair} repairs`))
    before = now
    watch.resume()
    io.activity(`repairing, round ${round + 1} of ${step.repair}`)
    done = await conversation.continue(feedback(bad))
  }
}

/** What checks wrote into the tree is not the agent's work: it is neither kept nor shown to it. */
async function restore({ place }: Bench, tree: string): Promise<Failure | undefined> {
  if (!place.worktree) return undefined
  const restored = await place.worktree.workspaces.restore(place.worktree.workspace, tree)
  return restored.ok ? undefined : { code: 'workspace-failed', message: restored.error.message }
}

async function finish({ world, task, io, place, agent }: AgentBench, done: AgentDone): Promise<AttemptResult> {
  const collected = await collectPlace(task, place, { agent: agent.name, model: done.model })
  const denied = collected.ok ? deniedChange(world, agent, collected.value.files) : undefined
  if (denied) return failed(denied)
  const committed = await commitPlace(world, task, io, place, { agent: agent.name, model: done.model })
  if (!committed.ok) return failed(committed.error)
  const outputs = { ...done.outputs, text: done.text }
  return { status: 'passed', outputs, commit: committed.value.commit, filesChanged: committed.value.files, model: done.model }
}

/** What the agent may not have done, whatever its tools let it do: a program has no tools of ours. */
function deniedChange(world: StepWorld, agent: AgentSpec, changed: readonly string[]): Failure | undefined {
  if (changed.length > 0 && agent.permissions === 'read-only') {
    return { code: 'permission-denied', message: `the agent is \`read-only\` and changed ${changed.length === 1 ? 'a file' : `${changed.length} files`}` }
  }
  const refused = protectedChanges(changed, world.namedFiles, world.pipeline.workspace.allowProtected)
  return refused.length > 0 ? protectedFailure(refused) : undefined
}

type BudgetFailure = Extract<Failure, { code: 'budget-exceeded' }>

/**
 * What a program says that it cost is entered after the fact: nobody could hold it back before. Where it passes the budget of the
 * run, that stops by itself and good work is kept; any other budget fails the step.
 */
async function account({ world, task, io, agent }: AgentBench, done: AgentDone, round: number): Promise<BudgetFailure | undefined> {
  if (done.usage === undefined) return undefined
  const { usage } = done
  const number = (name: string): number => (typeof usage[name] === 'number' && Number.isFinite(usage[name]) && usage[name] >= 0 ? usage[name] : 0)
  const pico = usdToPico(number('cost_usd')) ?? 0n
  const cost = pico.toString()
  const call = `${task.node}#${task.attempt}.${round}`
  await io.emit({ type: 'call-reserved', call, provider: 'command', model: agent.name, hold: cost, agent: agent.name })
  const counts = { input: Math.round(number('input_tokens')), output: Math.round(number('output_tokens')), cacheRead: 0, cacheWrite: 0 }
  await io.emit({ type: 'call-settled', call, cost, basis: 'measured', usage: counts, retries: 0 })
  const refusal = await (await world.caller()).charge(call, { node: task.node, attempt: task.attempt, call: round, agent: agent.name }, pico)
  const failure = refusal && failureOf(refusal)
  return failure?.code === 'budget-exceeded' ? failure : undefined
}

async function reportTrespasses({ io, place }: Bench): Promise<void> {
  for (const message of (await place.worktree?.workspaces.trespasses()) ?? []) {
    await io.emit({ type: 'noticed', severity: 'error', code: 'wrote-outside', message })
  }
}

function stallFailure({ stallTimeoutMs }: AgentSpec): Failure {
  return { code: 'stalled', message: `the agent showed no sign of progress for ${formatDuration(stallTimeoutMs)}`, afterMs: stallTimeoutMs }
}

function agentFailure(failure: AgentFailure): Failure {
  return failure.code === 'aborted' ? { code: 'interrupted', message: failure.message } : failure
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
