import { Inbox } from '../base/inbox.ts'
import { Attempts } from './attempts.ts'
import { budgetStop } from './budget-stop.ts'
import { budgetWarnings } from './budget-warning.ts'
import { finalScope } from './contexts.ts'
import type { MaybeReusable } from './contract.ts'
import type { Recorded, RunEvent, StopCause } from './event.ts'
import { Family } from './family.ts'
import { fold } from './fold.ts'
import type { LookedUp, Message, Told } from './message.ts'
import { next } from './next.ts'
import type { Decision } from './next.ts'
import { createOutlook } from './outlook.ts'
import type { Run } from './run.ts'
import type { Surroundings } from './surroundings.ts'

type Start = Extract<Decision, { type: 'start' }>

/** A run that goes on in this process. */
export class Engine {
  readonly #world: Surroundings
  readonly #run: Run
  readonly #family: Family
  readonly #inbox = new Inbox<Message>()
  readonly #attempts: Attempts
  #staged: Recorded[] = []
  #launches: Start[] = []
  /** Nodes of which it is being looked whether they can take something over. */
  readonly #lookingUp = new Set<string>()
  /** What was found for nodes that have not begun yet. */
  readonly #found = new Map<string, MaybeReusable>()
  #told: Told[] = []
  #wake: { readonly at: number; cancel(): void } | undefined
  #cancelPatience: (() => void) | undefined

  constructor(run: Run, world: Surroundings) {
    this.#run = run
    this.#family = world.family ?? new Family()
    this.#world = { ...world, family: this.#family, shared: world.shared ?? run.shared }
    this.#attempts = new Attempts(this.#world, run, this.#inbox, (inner, surroundings) => new Engine(inner, surroundings))
  }

  /** Asks the run to stop; the first cause stands, save that a signal overrules the others. */
  stop(cause: StopCause): void {
    this.#inbox.put({ kind: 'stop', cause })
  }

  /** Performs the run from its present state to its end. `first` are the events that open or reopen it. */
  async perform(first: readonly RunEvent[]): Promise<Run> {
    this.#family.join(this.#run, () => this.#inbox.put({ kind: 'tick' }))
    for (const event of first) this.#stage(event)
    const timeout = this.#world.plan.pipeline.limits.timeoutMs
    const cancelTimeout = timeout === undefined ? undefined : this.#world.clock.after(timeout, () => this.stop({ kind: 'timeout', afterMs: timeout }))
    try {
      while (!this.#decide()) {
        await this.#commit()
        for (const message of await this.#inbox.take()) this.#receive(message)
      }
      await this.#commit()
      return this.#run
    } catch (error) {
      await this.#breakOff(error)
      throw error
    } finally {
      this.#family.leave(this.#run)
      cancelTimeout?.()
      this.#wake?.cancel()
      this.#cancelPatience?.()
    }
  }

  /** Takes every decision that the run is ready for; true when the last one was that it has ended. */
  #decide(): boolean {
    const { plan } = this.#world
    for (;;) {
      const outlook = createOutlook(this.#world, this.#run)
      const decisions = next(plan, this.#run, outlook)
      let progressed = false
      for (const decision of decisions) {
        if (decision.type === 'finish') return this.#lookingUp.size === 0 && this.#finish(decision)
        if (decision.type === 'wake') this.#wakeAt(decision.at)
        else if (decision.type !== 'wait') progressed = this.#take(decision) || progressed
      }
      if (!progressed) return false
    }
  }

  #take(decision: Exclude<Decision, { type: 'finish' | 'wake' | 'wait' }>): boolean {
    switch (decision.type) {
      case 'start':
        return this.#begin(decision)
      case 'skip':
        this.#stage({ type: 'node-skipped', node: decision.node, cause: decision.cause })
        return true
      case 'expand':
        this.#stage({ type: 'nodes-expanded', step: decision.step, nodes: decision.nodes })
        return true
      case 'fail':
        for (const event of this.#attempts.failedAtOnce(decision.node, decision.failure)) this.#stage(event)
        return true
    }
  }

  /** Starts an attempt, unless a person is to be asked first, or there is a result that can be taken over. */
  #begin(decision: Start): boolean {
    const { node } = decision
    if (this.#lookingUp.has(node)) return false
    const held = this.#attempts.heldBack(node)
    if (held) {
      for (const event of held) this.#stage(event)
      return true
    }
    const found = this.#found.has(node) ? this.#found.get(node) : this.#attempts.lookUp(node)
    this.#found.delete(node)
    if (!(found instanceof Promise)) return this.#beginWith(decision, found)
    this.#lookingUp.add(node)
    const tell = (result: MaybeReusable): void => this.#inbox.put({ kind: 'looked-up', node, found: result })
    // Whatever hinders a look into the cache, the step itself can be performed.
    found.then(tell, () => tell(undefined))
    return false
  }

  #beginWith(decision: Start, found: MaybeReusable): true {
    if (found) this.#stage(this.#attempts.reused(decision.node, found))
    else {
      for (const event of this.#attempts.started(decision)) this.#stage(event)
      this.#launches.push(decision)
    }
    return true
  }

  /** Whether there still is a slot for it, and who does it, is decided anew. */
  #lookedUp({ node, found }: LookedUp): void {
    this.#lookingUp.delete(node)
    this.#found.set(node, found)
  }

  #finish(decision: Extract<Decision, { type: 'finish' }>): true {
    const { plan, facts, expressions } = this.#world
    const outputs: Record<string, unknown> = {}
    if (decision.status === 'passed' && Object.keys(plan.pipeline.outputs).length > 0) {
      const scope = finalScope(plan, this.#run, facts, expressions)
      for (const [name, template] of Object.entries(plan.pipeline.outputs)) {
        const rendered = expressions?.render(template, scope)
        outputs[name] = rendered?.ok ? rendered.value : rendered ? null : template
        if (rendered?.ok !== false) continue
        const message = `the output \`${name}\` of the pipeline cannot be evaluated: ${rendered.error}`
        this.#stage({ type: 'noticed', severity: 'error', code: 'expression-failed', step: null, message })
      }
    }
    this.#stage({ type: 'run-finished', status: decision.status, exitCode: decision.exitCode, outputs: outputs as Run['outputs'] })
    return true
  }

  /** Gives an event its number and folds it; it is not durable before the next commit. */
  #stage(event: RunEvent): void {
    const recorded = this.#world.redact({ seq: this.#run.seq + 1, at: this.#world.clock.now(), ...event }) as Recorded
    fold(this.#run, recorded)
    if (recorded.type === 'run-stopping') this.#attempts.stopping(recorded.cause)
    this.#staged.push(recorded)
  }

  /** Makes all that was staged durable with one flush; only then is it shown, confirmed and acted upon. */
  async #commit(): Promise<void> {
    const events = this.#staged
    const launches = this.#launches
    this.#staged = []
    this.#launches = []
    if (events.length > 0) await this.#world.append(events)
    const told = this.#told
    this.#told = []
    for (const event of events) this.#world.observe(event, this.#run)
    for (const { confirm } of told) confirm()
    for (const launch of launches) this.#attempts.launch(launch.node, launch.attempt)
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'event':
        this.#stage(message.event)
        for (const warning of budgetWarnings(this.#run, this.#world.plan.pipeline.limits.warnAt)) this.#stage(warning)
        for (const stop of budgetStop(this.#run, message.event)) this.#stage(stop)
        this.#told.push(message)
        return
      case 'ended':
        for (const event of this.#attempts.ended(message)) this.#stage(event)
        this.#family.changed(this.#run)
        return
      case 'looked-up':
        this.#lookedUp(message)
        return
      case 'stop':
        this.#stopping(message.cause)
        return
      case 'give-up':
        for (const event of this.#attempts.abandoned()) this.#stage(event)
        return
      case 'tick':
        this.#wake = undefined
    }
  }

  #stopping(cause: StopCause): void {
    const before = this.#run.stopping
    if (before !== null && (cause.kind !== 'signal' || before.kind === 'signal')) return
    this.#stage({ type: 'run-stopping', cause })
    if (cause.kind === 'budget' || cause.kind === 'quota') return
    this.#attempts.abort()
    this.#beginPatience()
  }

  /** The journal cannot be written: nothing more may happen. Every attempt is asked to stop, and waited for. */
  async #breakOff(error: unknown): Promise<void> {
    this.#attempts.abort()
    for (const { refuse } of this.#told) refuse(error)
    this.#beginPatience()
    let isPatient = true
    while (isPatient && this.#attempts.underWay > 0) {
      for (const message of await this.#inbox.take()) {
        if (message.kind === 'event') message.refuse(error)
        else if (message.kind === 'give-up') isPatient = false
      }
    }
  }

  #beginPatience(): void {
    this.#cancelPatience?.()
    this.#cancelPatience = this.#world.clock.after(this.#world.patienceMs, () => this.#inbox.put({ kind: 'give-up' }))
  }

  #wakeAt(at: number): void {
    if (this.#wake !== undefined && this.#wake.at <= at) return
    this.#wake?.cancel()
    const cancel = this.#world.clock.after(Math.max(0, at - this.#world.clock.now()), () => this.#inbox.put({ kind: 'tick' }))
    this.#wake = { at, cancel }
  }
}
