import type { Inbox } from '../base/inbox.ts'
import { PortError } from '../base/ports.ts'
import { fingerprint, lineage } from '../plan/fingerprint.ts'
import { neededBy } from '../plan/reach.ts'
import type { StepSpec } from '../pipeline/pipeline.ts'
import { gateAfter, gateBefore } from './autonomy.ts'
import { scopeOf } from './contexts.ts'
import type { AttemptIo, AttemptResult, AttemptTask, FormerAttempt, MaybeReusable, StepKind } from './contract.ts'
import type { AttemptEnded, Nested, NodeReused, Reusable, RunEvent, StopCause } from './event.ts'
import type { AgentChosen } from './team.ts'
import { successor } from './assignment.ts'
import type { Assignment } from './assignment.ts'
import type { Failure } from './failure.ts'
import type { Ended, Message } from './message.ts'
import { performNested } from './nested.ts'
import type { NestedEngine } from './nested.ts'
import { allRuns } from './nested-runs.ts'
import type { NodeState, Run } from './run.ts'
import { mergeKey } from './fold.ts'
import { inheritedBy } from './settle.ts'
import { sourcesOf } from './sources.ts'
import type { Surroundings } from './surroundings.ts'
import { upstreamOf } from './upstream.ts'

type Begin = (run: Run, world: Surroundings) => NestedEngine

/** The attempts that are under way, and what becomes of them. */
export class Attempts {
  readonly #world: Surroundings
  readonly #run: Run
  readonly #inbox: Inbox<Message>
  readonly #begin: Begin
  readonly #aborts = new Map<string, AbortController>()
  readonly #stopListeners = new Set<(cause: StopCause) => void>()

  /** `begin` makes the engine of a nested run. */
  constructor(world: Surroundings, run: Run, inbox: Inbox<Message>, begin: Begin) {
    this.#world = world
    this.#run = run
    this.#inbox = inbox
    this.#begin = begin
  }

  started({ node, attempt, assignment }: { readonly node: string; readonly attempt: number; readonly assignment?: Assignment }): RunEvent[] {
    const isNamed = assignment?.agent === this.#run.steps.get(this.#run.nodes.get(node)?.step ?? '')?.agent
    const chosen: AgentChosen[] = assignment && !isNamed ? [{ type: 'agent-chosen', node, attempt, ...assignment }] : []
    return [{ type: 'attempt-started', node, attempt, fingerprint: this.#fingerprint(node) }, ...chosen]
  }

  /** What happens instead of a start, where `autonomy` wants a person to be asked before it, or nothing to be delivered. */
  heldBack(id: string): RunEvent[] | undefined {
    const { node, step, kind } = this.#look(id)
    const { autonomy } = this.#world.plan.pipeline
    if (autonomy === 'full') return undefined
    if (autonomy === 'manual' && kind?.delivers === true) return leftOut(id, step.id)
    const gate = gateBefore(autonomy, step, kind)
    if (!gate || node.attempts.length > node.earlier) return undefined
    const print = this.#fingerprint(id)
    return node.answer?.answer === 'approved' && node.fingerprint === print ? undefined : [{ type: 'gate-opened', node: id, fingerprint: print, gate }]
  }

  /** What a node can take over instead of being performed. One that failed just now is performed again. */
  lookUp(id: string): MaybeReusable | Promise<MaybeReusable> {
    const { node, kind } = this.#look(id)
    if (node.retryAt !== null) return undefined
    const earlier = this.#world.earlier?.(id, this.#fingerprint(id))
    if (earlier || !kind?.reuse || (kind.byAgents === true && this.#world.plan.pipeline.autonomy === 'manual')) return earlier
    return kind.reuse(this.#task(node, (node.attempts.at(-1)?.attempt ?? 0) + 1))
  }

  reused(node: string, found: Reusable): NodeReused {
    return { type: 'node-reused', node, fingerprint: this.#fingerprint(node), ...found }
  }

  #look(id: string): { readonly node: NodeState; readonly step: StepSpec; readonly kind: StepKind | undefined } {
    const node = this.#run.nodes.get(id)
    const step = node && this.#world.plan.steps.get(node.step)
    if (!node || !step) throw new Error(`the node ${id} belongs to no step`)
    return { node, step: step.spec, kind: this.#world.kinds[step.spec.kind] }
  }

  #fingerprint(id: string): string {
    const node = this.#run.nodes.get(id)
    return node ? fingerprint(this.#world.plan, node.step, node.matrix, this.#run.inputs, upstreamOf(this.#run, node.step)) : ''
  }

  launch(node: string, attempt: number): void {
    const state = this.#run.nodes.get(node)
    const step = state && this.#world.plan.steps.get(state.step)
    if (!state || !step) return
    const abort = new AbortController()
    this.#aborts.set(node, abort)
    if (this.#run.stopping?.kind === 'signal' || this.#run.stopping?.kind === 'timeout') abort.abort()
    const began = this.#world.clock.elapsed()
    const timeout = step.spec.timeoutMs
    const cancelTimer = timeout === undefined ? undefined : this.#world.clock.after(timeout, () => abort.abort('timeout'))
    void this.#attempt(this.#task(state, attempt), node, abort, timeout).then((result) => {
      cancelTimer?.()
      this.#aborts.delete(node)
      this.#inbox.put({ kind: 'ended', node, attempt, durationMs: Math.round(this.#world.clock.elapsed() - began), result })
    })
  }

  /** How many have not ended yet. */
  get underWay(): number {
    return this.#aborts.size
  }

  /** The run is to stop: nested runs learn why. */
  stopping(cause: StopCause): void {
    for (const listener of this.#stopListeners) listener(cause)
  }

  /** Asks every attempt to stop. */
  abort(): void {
    for (const abort of this.#aborts.values()) abort.abort()
  }

  /** Attempts that did not end although they were asked to: the run does not wait for them any longer. */
  abandoned(): RunEvent[] {
    return [...this.#run.running].flatMap((node) => {
      const attempt = this.#run.nodes.get(node)?.attempts.at(-1)
      return attempt ? [endEvent({ kind: 'ended', node, attempt: attempt.attempt, durationMs: 0, result: { status: 'cancelled' } }, null)] : []
    })
  }

  /** The end of an attempt as events; a late end of an abandoned one is none. */
  ended(message: Ended): RunEvent[] {
    const node = this.#run.nodes.get(message.node)
    if (!node || !this.#run.running.has(message.node) || node.attempts.at(-1)?.attempt !== message.attempt) return []
    const again = this.#retryAt(node, message)
    const events: RunEvent[] = [{ ...endEvent(message, again), ...this.#waiting(message) }]
    const cause = this.#run.stopping === null && again === null ? stopCause(message.result.failure) : undefined
    if (cause) events.push({ type: 'run-stopping', cause })
    return events
  }

  /** A node that fails before anything of it can start. */
  failedAtOnce(node: string, failure: Failure): RunEvent[] {
    const attempt = (this.#run.nodes.get(node)?.attempts.at(-1)?.attempt ?? 0) + 1
    const ended: Ended = { kind: 'ended', node, attempt, durationMs: 0, result: { status: 'failed', failure } }
    return [...this.started({ node, attempt }), endEvent(ended, null)]
  }

  /** A question has its time; and what an agent changed may have to be seen by a person before anybody builds on it. */
  #waiting({ node, result }: Ended): Partial<Pick<AttemptEnded, 'status' | 'gate' | 'expiresAt'>> {
    const { step, kind } = this.#look(node)
    if (result.status === 'waiting' && step.kind === 'approve' && step.timeoutMs !== undefined) return { expiresAt: this.#world.clock.now() + step.timeoutMs }
    const { autonomy } = this.#world.plan.pipeline
    const gate = result.status === 'passed' ? gateAfter(autonomy, step, kind, result) : undefined
    return gate ? { status: 'waiting', gate } : {}
  }

  #retryAt(node: NodeState, message: Ended): number | null {
    const { result } = message
    const spec = this.#world.plan.steps.get(node.step)?.spec
    if (result.status !== 'failed' || !result.failure || !spec || this.#run.stopping !== null) return null
    const before = node.attempts.slice(node.earlier, -1)
    const following = successor(this.#world.plan.pipeline, spec, [...before, { agent: node.agent, failure: result.failure }])
    if (!following) return null
    if (following.reason === 'backup') return this.#world.clock.now()
    return this.#world.clock.now() + Math.min(spec.retry.maxDelayMs, spec.retry.backoffMs * 2 ** (following.made - 1))
  }

  #task(node: NodeState, attempt: number): AttemptTask {
    const { plan, facts, expressions } = this.#world
    const step = plan.steps.get(node.step)
    const state = this.#run.steps.get(node.step)
    if (!step || !state) throw new Error(`the node ${node.id} belongs to no step`)
    return {
      run: this.#run.id,
      pipeline: this.#run.pipeline,
      node: `${this.#world.prefix}${node.id}`,
      localNode: node.id,
      attempt,
      step: step.spec,
      matrix: node.matrix,
      agent: node.agent,
      former: formerAttempts(node),
      scope: scopeOf(plan, this.#run, facts, expressions, { step: node.step, matrix: node.matrix, attempt }),
      inherited: inheritedBy(this.#run, state),
      resolved: (commits) => this.#run.resolved?.[mergeKey(commits)],
      sources: () => sourcesOf(this.#world, this.#run, inheritedBy(this.#run, state)),
      base: this.#run.base?.commit ?? null,
      nested: this.#run.nested.get(node.id),
      get lineage() { return lineage(plan, step.spec.id) },
      get above() { return neededBy(plan.pipeline.steps, step.spec.id) },
      proofs: allRuns(this.#run).flatMap(({ run }) => run.proofs),
    }
  }

  /** The one place where a stranger's exception becomes a failure: what the machine refused is no bug. */
  async #attempt(task: AttemptTask, id: string, abort: AbortController, timeout: number | undefined): Promise<AttemptResult> {
    const kind = this.#world.kinds[task.step.kind]
    let result: AttemptResult
    try {
      if (!kind) throw new Error(`nothing performs steps of kind ${task.step.kind}`)
      result = await kind.attempt(task, this.#io(task, id, abort.signal))
      await this.#world.output.end(task.node, task.attempt)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      result = { status: 'failed', failure: { code: error instanceof PortError ? 'workspace-failed' : 'internal', message } }
    }
    if (abort.signal.reason !== 'timeout' || timeout === undefined || result.status === 'passed') return result
    return { ...result, status: 'failed', failure: { code: 'timeout', message: `it did not end within its timeout`, afterMs: timeout } }
  }

  /** `id`: the node as this run's own events name it. */
  #io(task: AttemptTask, id: string, signal: AbortSignal): AttemptIo {
    const { output } = this.#world
    const { node, attempt } = task
    let nests = 0
    return {
      signal,
      emit: async (event) => this.#tell({ ...event, ...placeOf(event.type, task, id) } as RunEvent),
      shared: this.#world.shared ?? this.#run.shared,
      nest: async (order) => performNested(order, {
        task: { ...task, nested: this.#run.nested.get(id) }, signal, world: this.#world, base: this.#run.base, isFurther: nests++ > 0, begin: this.#begin,
        cause: () => (signal.reason === 'timeout' ? { kind: 'timeout', afterMs: task.step.timeoutMs ?? 0 } : (this.#run.stopping ?? undefined)),
        onStop: (listener) => {
          this.#stopListeners.add(listener)
          return () => this.#stopListeners.delete(listener)
        },
        emit: async (event) => this.#tell({ type: 'nested', node: id, event } satisfies Nested),
      }),
      output: (stream, chunk) => output.chunk(node, attempt, stream, chunk),
      transcript: (entry) => output.transcript(node, attempt, entry),
      activity: (text) => output.activity(node, text),
      keep: async (name, text) => output.keep(node, attempt, name, text),
      outputFile: output.outputFile(node, attempt),
      artifactsFolder: output.artifactsFolder(node, attempt),
    }
  }

  /** Resolves when the event is durable. */
  async #tell(event: RunEvent): Promise<void> {
    await new Promise<void>((confirm, refuse) => this.#inbox.put({ kind: 'event', event, confirm, refuse }))
  }
}

function leftOut(node: string, step: string): RunEvent[] {
  const message = `\`${node}\` was not performed: with \`autonomy: manual\` nothing is delivered`
  return [{ type: 'node-skipped', node, cause: { kind: 'autonomy' } }, { type: 'noticed', severity: 'warning', code: 'not-delivered', step, message }]
}

function placeOf(type: RunEvent['type'], task: AttemptTask, node: string): object {
  if (type === 'noticed') return { step: task.step.id }
  return type === 'call-settled' ? {} : { node, attempt: task.attempt }
}

function endEvent(ended: Ended, retryAt: number | null): AttemptEnded {
  const { result } = ended
  return {
    type: 'attempt-ended', node: ended.node, attempt: ended.attempt, status: result.status, durationMs: ended.durationMs,
    exitCode: result.exitCode ?? null, outputs: result.outputs ?? {}, commit: result.commit ?? null,
    filesChanged: result.filesChanged ?? [], model: result.model ?? null, failure: result.failure ?? null, retryAt,
    ...(result.isolation === undefined ? {} : { isolation: result.isolation }),
    ...(result.artifacts && result.artifacts.length > 0 ? { artifacts: result.artifacts } : {}),
    ...(result.work ? { work: result.work } : {}),
    ...(result.program ? { program: result.program } : {}),
    ...(result.memory && result.memory.length > 0 ? { memory: result.memory } : {}),
  }
}

/** What others tried before whoever does the last attempt; its own attempts are not told to it. */
function formerAttempts(node: NodeState): FormerAttempt[] {
  return node.attempts.slice(node.earlier).flatMap(({ agent, failure, work }) =>
    (agent !== null && agent !== node.agent && failure ? [{ agent, failure, work }] : []))
}

/** A failure that ends the whole run in good order: what comes next would meet the same wall. */
function stopCause(failure: Failure | undefined): StopCause | undefined {
  if (failure?.code === 'quota-exhausted') return { kind: 'quota', message: failure.message, resumeAfter: failure.resumeAfter }
  if (failure?.code !== 'budget-exceeded') return undefined
  const { message, scope, resumeAfter } = failure
  if (resumeAfter !== undefined) return { kind: 'budget', message, resumeAfter }
  return scope === 'run' ? { kind: 'budget', message } : undefined
}
