import type { JsonObject } from '../base/json.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { buildPlan } from '../plan/build.ts'
import type { Plan } from '../plan/plan.ts'
import type { AttemptTask, NestedOrder } from './contract.ts'
import type { BaseState, Recorded, RunEvent, StopCause } from './event.ts'
import { stricter } from './autonomy.ts'
import { emptyRun } from './lay.ts'
import { openRun } from './open.ts'
import { createOutlook } from './outlook.ts'
import { planResume } from './resume.ts'
import type { Run } from './run.ts'
import type { Surroundings } from './surroundings.ts'

/** What the attempt that a pipeline is performed in gives it. */
export interface NestedSite {
  readonly task: AttemptTask
  readonly world: Surroundings
  readonly base: BaseState | null
  /** This very attempt performed a part of it already. */
  readonly isFurther: boolean
  readonly signal: AbortSignal
  /** Why the attempt is to end, when it is. */
  cause(): StopCause | undefined
  /** Calls back each time that the run around it is to stop; the answer takes that back. */
  onStop(listener: (cause: StopCause) => void): () => void
  /** Resolves when the event stands in the journal of the whole run. */
  readonly emit: (event: Recorded) => Promise<void>
  begin(run: Run, world: Surroundings): NestedEngine
}

export interface NestedEngine {
  stop(cause: StopCause): void
  perform(first: readonly RunEvent[]): Promise<Run>
}

/** An engine around another must see it end before it gives up itself. */
const SOONER_MS = 200

/**
 * Performs a pipeline with an engine of its own, whose events become events of the run around it; what an earlier attempt did
 * of it is gone on with, as in any resume. Ends when the last of its attempts has.
 */
export async function performNested(order: NestedOrder, site: NestedSite): Promise<Run> {
  const { task, signal } = site
  const autonomy = stricter(order.pipeline.autonomy, site.world.plan.pipeline.autonomy)
  const plan = buildPlan({ ...order.pipeline, autonomy })
  const run = task.nested ? structuredClone(task.nested) : emptyRun(task.run)
  const world = surroundings(order, site, plan)
  const engine = site.begin(run, world)
  const abort = (): void => engine.stop(site.cause() ?? { kind: 'signal', signal: 'SIGTERM' })
  const forget = site.onStop((cause) => engine.stop(cause))
  signal.addEventListener('abort', abort, { once: true })
  try {
    const cause = site.cause()
    return await engine.perform([...opening(order, site, world, run), ...(cause ? [{ type: 'run-stopping' as const, cause }] : [])])
  } finally {
    signal.removeEventListener('abort', abort)
    forget()
  }
}

function surroundings(order: NestedOrder, { task, world, emit }: NestedSite, plan: Plan): Surroundings {
  return {
    ...world,
    plan,
    earlier: undefined,
    kinds: order.kinds,
    expressions: order.expressions,
    facts: { ...world.facts, inputs: order.inputs, outerSteps: order.outerSteps ?? {} },
    family: order.sharesAgents === true ? world.family : undefined,
    prefix: `${task.node}/`,
    concurrency: Math.min(world.concurrency, order.pipeline.limits.concurrency ?? world.concurrency),
    patienceMs: Math.max(0, world.patienceMs - SOONER_MS),
    append: async (events) => void (await Promise.all(events.map(emit))),
    observe: () => {},
  }
}

function opening({ pipeline, inputs }: NestedOrder, { task, base, isFurther }: NestedSite, world: Surroundings, run: Run): RunEvent[] {
  const known = world.redact(masked(pipeline, inputs))
  const { inherited } = task
  if (run.seq === 0) return [{ ...openRun(world.plan, run.id, known, base), inherited }]
  const now: Run = { ...run, inputs: known, inherited }
  const { event, answers } = planResume(world.plan, now, createOutlook(world, now))
  return [{ ...event, ...(isFurther ? { grown: true as const } : {}), inputs: known, inherited }, ...answers]
}

/** The journal holds no value of a secret input, whoever gave it. */
function masked(pipeline: Pipeline, inputs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) =>
    [name, value !== null && pipeline.inputs.get(name)?.secret === true ? '***' : value]))
}
