import type { Clock } from '../../src/base/ports.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../../src/run/contract.ts'
import { Engine } from '../../src/run/engine.ts'
import type { Recorded, RunEvent } from '../../src/run/event.ts'
import { emptyRun } from '../../src/run/lay.ts'
import { openRun } from '../../src/run/open.ts'
import type { Run } from '../../src/run/run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'

/** A clock that stands still until all work is waiting for it, and then jumps to its next alarm. */
export class FakeClock implements Clock {
  #now = 1_000_000
  #alarms: { at: number; callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.#now + ms, callback }
    this.#alarms.push(alarm)
    return () => { this.#alarms = this.#alarms.filter((other) => other !== alarm) }
  }

  /** Jumps to the next alarm and rings it; false when there is none. */
  jump(): boolean {
    const next = this.#alarms.reduce<{ at: number; callback: () => void } | undefined>((best, alarm) => (best && best.at <= alarm.at ? best : alarm), undefined)
    if (!next) return false
    this.#alarms = this.#alarms.filter((alarm) => alarm !== next)
    this.#now = Math.max(this.#now, next.at)
    next.callback()
    return true
  }
}

export type Behaviour = (task: AttemptTask, io: AttemptIo) => Promise<AttemptResult> | AttemptResult

export interface Trial {
  readonly run: Run
  readonly journal: readonly Recorded[]
  readonly engine: Engine
  readonly clock: FakeClock
}

/** Performs a plan in memory; every attempt behaves as told. `before` is a run to go on with, `first` its opening events. */
export async function perform(
  plan: Plan,
  behave: Behaviour,
  options: { run?: Run; first?: readonly RunEvent[]; concurrency?: number; onEvent?: (event: Recorded, engine: Engine) => void; appendFails?: (events: readonly Recorded[]) => boolean } = {},
): Promise<Trial> {
  const clock = new FakeClock()
  const journal: Recorded[] = []
  const run = options.run ?? emptyRun('r1')
  const kind = { attempt: async (task: AttemptTask, io: AttemptIo) => behave(task, io) }
  const world: Surroundings = {
    plan, clock, expressions: undefined, concurrency: options.concurrency ?? 4, prefix: '', patienceMs: 6200,
    facts: { inputs: {}, secrets: {}, github: {}, git: { sha: '', branch: '', base: '' } },
    kinds: { run: kind, agent: kind, check: kind, pipeline: kind },
    output: {
      chunk() {}, transcript() {}, activity() {}, keep: async () => {}, outputFile: () => '/nowhere', artifactsFolder: () => '/nowhere', end: async () => {},
    },
    append: async (events) => {
      if (options.appendFails?.(events)) throw new Error('disk full')
      journal.push(...events)
    },
    redact: (value) => value,
    observe: (event) => options.onEvent?.(event, engine),
  }
  const engine: Engine = new Engine(run, world)
  const done = engine.perform(options.first ?? [openRun(plan, run.id, {}, null)])
  const state = { ended: false }
  done.finally(() => { state.ended = true }).catch(() => {})
  while (!state.ended) {
    // Everything that can go on without time passing goes on first.
    for (let turn = 0; turn < 20 && !state.ended; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    if (!state.ended) clock.jump()
  }
  return { run: await done, journal, engine, clock }
}
