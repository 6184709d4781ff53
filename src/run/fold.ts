import type { CallReserved, CallSettled } from './call-event.ts'
import type { AttemptEnded, AttemptStarted, GateAnswered, Nested, NodeReused, NodeSkipped, Recorded, RunResumed, RunStarted } from './event.ts'
import type { ChangesMerged, CheckFinished } from './work-event.ts'
import type { Failure } from './failure.ts'
import type { GateOpened } from './gate.ts'
import { emptyRun, layNodes, layPlan } from './lay.ts'
import { hasEnded } from './run.ts'
import type { CallState, NodeState, Run, StepState } from './run.ts'
import type { RaceState } from './race.ts'
import type { AgentChosen } from './team.ts'
import { endNode } from './settle.ts'
import { withChanges } from './shared-state.ts'

/**
 * The run after one more event. Total: an event that names what does not exist changes nothing. The run is changed in place,
 * since ten thousand copies of ten thousand nodes would be a hundred million.
 */
export function fold(run: Run, event: Recorded): Run {
  run.seq = event.seq
  switch (event.type) {
    case 'run-started': return start(run, event)
    case 'run-resumed': return resume(run, event)
    case 'nodes-expanded': return withStep(run, event.step, (step) => layNodes(run, step, event.nodes))
    case 'attempt-started': return withNode(run, event.node, (node) => startAttempt(run, node, event))
    case 'agent-chosen': return withNode(run, event.node, (node) => choose(run, node, event))
    case 'message-sent': run.shared.messages.push({ sender: event.sender, from: event.from, to: event.to, text: event.text }); return run
    case 'attempt-ended': return withNode(run, event.node, (node) => endAttempt(run, node, event))
    case 'node-skipped': return withNode(run, event.node, (node) => skip(run, node, event))
    case 'node-reused': return withNode(run, event.node, (node) => reuse(run, node, event))
    case 'gate-opened': return withNode(run, event.node, (node) => hold(run, node, event))
    case 'gate-answered': return withNode(run, event.node, (node) => answer(run, node, event))
    case 'check-finished': prove(run, event); return withNode(run, event.node, (node) => keepLatest(node, event.result))
    case 'delivered': run.deliveries.push(event); return run
    case 'changes-merged': return withNode(run, event.node, (node) => mergeChanges(run, node, event))
    case 'contestant-finished': return withNode(run, event.node, (node) => compete(node, event.attempt, (race) => ({ ...race, contestants: [...race.contestants, event] })))
    case 'race-decided': return withNode(run, event.node, (node) => compete(node, event.attempt, (race) => ({ ...race, decided: event })))
    case 'call-reserved': return reserve(run, event)
    case 'call-settled': return settle(run, event)
    case 'route-decided': run.routes.push(event); return run
    case 'noticed': run.notices.push(event); return run
    case 'nested': return withNode(run, event.node, (node) => nest(run, node, event))
    case 'run-stopping': run.stopping = event.cause; return run
    case 'run-finished':
      run.status = event.status
      run.exitCode = event.exitCode
      run.outputs = event.outputs
      run.finishedAt = event.at
      return run
  }
}

function start(run: Run, event: Recorded<RunStarted>): Run {
  run.pipeline = event.pipeline
  run.file = event.file
  run.inputs = event.inputs
  run.base = event.base
  run.budget = event.budget === null ? null : BigInt(event.budget)
  run.inherited = event.inherited ?? []
  run.choice = event.choice ?? {}
  run.startedAt = event.at
  layPlan(run, event.plan, new Set())
  return run
}

/** What was under way when the former process died was interrupted; its open calls stay charged with their whole hold. */
function resume(run: Run, event: Recorded<RunResumed>): Run {
  interrupt(run)
  if (!event.grown) {
    run.resumes += 1
    run.again = event.again ?? []
  }
  run.status = 'running'
  run.stopping = null
  run.exitCode = null
  run.finishedAt = null
  run.base = event.base
  run.budget = event.budget === null ? null : BigInt(event.budget)
  run.inputs = event.inputs ?? run.inputs
  run.inherited = event.inherited ?? run.inherited
  run.choice = event.choice ?? run.choice
  layPlan(run, event.plan, new Set(event.keep), event.grown)
  for (const id of event.keep) withNode(run, id, (node) => { begun(run, node); if (hasEnded(node)) endNode(run, node) })
  return run
}

function interrupt(run: Run): void {
  for (const node of run.nodes.values()) {
    const last = node.attempts.at(-1)
    if (last?.status !== 'running') continue
    last.status = 'cancelled'
    last.failure = { code: 'interrupted', message: 'the process that ran it ended before it did' }
  }
  for (const call of run.calls.values()) if (call.basis === 'open') charge(run, call.id, call.hold, 'interrupted')
  for (const [id, inner] of run.nested) passOn(run, id, inner, () => interrupt(inner))
}

/** What happens in a nested run. An answer to one of its questions lets the node go on, which waited for it. */
function nest(run: Run, node: NodeState, { event }: Recorded<Nested>): void {
  const inner = run.nested.get(node.id) ?? emptyRun(run.id, run.shared)
  run.nested.set(node.id, inner)
  passOn(run, node.id, inner, () => fold(inner, event))
  if (node.status !== 'waiting' || !isAnswer(event)) return
  node.status = 'pending'
  node.finishedAt = null
}

/** What is charged in a nested run is charged to its node, and to the run around it. */
function passOn(run: Run, id: string, inner: Run, change: () => void): void {
  const before = inner.spent
  change()
  run.spent += inner.spent - before
  const node = run.nodes.get(id)
  if (node) node.cost += inner.spent - before
}

function isAnswer(event: Recorded): boolean {
  return event.type === 'gate-answered' || (event.type === 'nested' && isAnswer(event.event))
}

function startAttempt(run: Run, node: NodeState, event: Recorded<AttemptStarted>): void {
  node.status = 'running'
  node.retryAt = null
  node.startedAt ??= event.at
  node.fingerprint = event.fingerprint
  node.checks = []
  delete node.merged
  const step = run.steps.get(node.step)
  node.agent = step?.race ? null : (step?.agent ?? null)
  node.attempts.push({ attempt: event.attempt, agent: node.agent, startedAt: event.at, status: 'running', durationMs: 0, failure: null, artifacts: [], work: null, program: null, memory: [] })
  run.retrying.delete(node.id)
  run.running.add(node.id)
  begun(run, node)
}

function choose(run: Run, node: NodeState, event: Recorded<AgentChosen>): void {
  const attempt = node.attempts.at(-1)
  if (attempt?.attempt !== event.attempt) return
  attempt.agent = event.agent
  node.agent = event.agent
  run.choices.push(event)
}

function compete(node: NodeState, number: number, change: (race: RaceState) => RaceState): void {
  const attempt = node.attempts.at(-1)
  if (attempt?.attempt === number) attempt.race = change(attempt.race ?? { contestants: [], decided: null })
}

/** Nodes of a step begin in their order; the step leaves the frontier with the last of them. */
function begun(run: Run, node: NodeState): void {
  const step = run.steps.get(node.step)
  if (!step?.nodes) return
  while (step.cursor < step.nodes.length && !isUntouched(run.nodes.get(step.nodes[step.cursor] ?? ''))) step.cursor += 1
  if (step.cursor === step.nodes.length) run.frontier.delete(step.id)
}

function isUntouched(node: NodeState | undefined): boolean {
  return node?.status === 'pending' && node.retryAt === null
}

function endAttempt(run: Run, node: NodeState, event: Recorded<AttemptEnded>): void {
  run.running.delete(node.id)
  const attempt = node.attempts.at(-1)
  if (attempt) Object.assign(attempt, { status: event.status, durationMs: event.durationMs, failure: event.failure, artifacts: event.artifacts ?? [], work: event.work ?? null, program: event.program ?? null, memory: event.memory ?? [] })
  if (event.retryAt !== null) {
    node.status = 'pending'
    node.retryAt = event.retryAt
    run.retrying.add(node.id)
    return
  }
  Object.assign(node, {
    status: event.status, exitCode: event.exitCode, outputs: event.outputs, commit: event.commit, filesChanged: event.filesChanged,
    model: event.model, isolation: event.isolation ?? null, failure: event.failure, finishedAt: event.at, expiresAt: event.expiresAt ?? null,
    ...(event.gate ? { gate: event.gate, answer: null } : {}),
  })
  if (event.status === 'passed') remember(run, node, event.at)
  if (node.status !== 'waiting') endNode(run, node)
}

/** What the last attempt of a node stored is seen by others from now on. */
function remember(run: Run, node: NodeState, at: number): void {
  const changes = node.attempts.at(-1)?.memory ?? []
  if (changes.length > 0) run.shared.memory.splice(0, Infinity, ...withChanges(run.shared.memory, changes, at))
}

function reuse(run: Run, node: NodeState, event: Recorded<NodeReused>): void {
  Object.assign(node, {
    status: 'passed', cached: true, fingerprint: event.fingerprint, startedAt: event.at, finishedAt: event.at, exitCode: event.exitCode,
    outputs: event.outputs, commit: event.commit, carries: event.carries ?? null, filesChanged: event.filesChanged, model: event.model,
    checks: [...event.checks], reused: { source: event.source, run: event.run },
  })
  begun(run, node)
  endNode(run, node)
}

function hold(run: Run, node: NodeState, event: Recorded<GateOpened>): void {
  Object.assign(node, { status: 'waiting', fingerprint: event.fingerprint, gate: event.gate, answer: null, finishedAt: event.at })
  begun(run, node)
}

/** With leave to start a node begins when the plan is laid again: who asks a person does not go on. */
function answer(run: Run, node: NodeState, event: Recorded<GateAnswered>): void {
  if (node.status !== 'waiting') return
  const { answer: given, by, comment, at } = event
  node.answer = { answer: given, by, comment, at }
  if (given === 'approved' && node.gate !== null && node.gate.reason !== 'change') {
    node.status = 'pending'
    node.finishedAt = null
    return
  }
  node.status = given === 'approved' ? 'passed' : 'failed'
  node.failure = given === 'approved' ? null : gateFailure(event)
  const last = node.attempts.at(-1)
  if (last?.status === 'waiting') last.status = node.status
  if (node.status === 'passed') remember(run, node, at)
  node.finishedAt = event.at
  endNode(run, node)
}

function gateFailure({ answer: given, by, comment }: GateAnswered): Failure {
  if (given === 'expired') return { code: 'not-answered', message: 'nobody answered within its timeout' }
  return { code: 'rejected', message: `it was rejected${by === null ? '' : ` by ${by}`}${comment === null ? '' : `: ${comment}`}` }
}

function skip(run: Run, node: NodeState, event: Recorded<NodeSkipped>): void {
  node.status = 'skipped'
  node.skipped = event.cause
  node.finishedAt = event.at
  begun(run, node)
  endNode(run, node)
}

/** What an agent made of several changes before a step began holds for every step that sees the same. */
function mergeChanges(run: Run, node: NodeState, event: Recorded<ChangesMerged>): void {
  node.merged = event
  if (event.outcome !== 'resolved' || event.commit === null || run.steps.get(node.step)?.kind === 'merge') return
  run.resolved = { ...run.resolved, [mergeKey(event.sides.map(({ commit }) => commit))]: event.commit }
}

/** By what a merge is found again. */
export function mergeKey(commits: readonly string[]): string {
  return commits.join(' ')
}

function reserve(run: Run, event: Recorded<CallReserved>): Run {
  run.calls.set(event.call, {
    id: event.call, node: event.node, agent: event.agent ?? run.nodes.get(event.node)?.agent ?? null, provider: event.provider, model: event.model, hold: BigInt(event.hold),
    cost: null, basis: 'open', usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, retries: 0,
  })
  return run
}

function settle(run: Run, event: Recorded<CallSettled>): Run {
  const call = run.calls.get(event.call)
  if (call?.basis !== 'open') return run
  call.usage = event.usage
  call.retries = event.retries
  charge(run, event.call, BigInt(event.cost), event.basis)
  return run
}

function charge(run: Run, id: string, cost: bigint, basis: Exclude<CallState['basis'], 'open'>): void {
  const call = run.calls.get(id)
  if (!call) return
  call.cost = cost
  call.basis = basis
  run.spent += cost
  const node = run.nodes.get(call.node)
  if (node) node.cost += cost
}

/** The last verdict on a tree is the one that counts: a check that failed after it had passed proves nothing. */
function prove(run: Run, { proof, result }: CheckFinished): void {
  if (!proof) return
  const known = run.proofs.findIndex(({ tree, check }) => tree === proof.tree && check === proof.check)
  if (result.status === 'passed' && known === -1) run.proofs.push(proof)
  if (result.status === 'failed' && known !== -1) run.proofs.splice(known, 1)
}

/** A check judges again after each repair: the last verdict stands. */
function keepLatest(node: NodeState, result: NodeState['checks'][number]): void {
  const at = node.checks.findIndex((check) => check.name === result.name)
  if (at === -1) node.checks.push(result)
  else node.checks[at] = result
}

function withNode(run: Run, id: string, change: (node: NodeState) => void): Run {
  const node = run.nodes.get(id)
  if (node) change(node)
  return run
}

function withStep(run: Run, id: string, change: (step: StepState) => void): Run {
  const step = run.steps.get(id)
  if (step) change(step)
  return run
}
