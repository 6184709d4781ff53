import { overlap } from '../pipeline/overlap.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import type { NodeState, Run, StepState } from './run.ts'

/** What may still start. */
export interface Slots {
  readonly left: number
  /** Takes one for a node of a step; false when none is left, or when something runs that may write the same files. */
  take(step: PlanStep): boolean
  /** The same for a node that an agent does, or all agents of a race. */
  takeFor(step: PlanStep, agent: string): boolean
  /** How many nodes an agent does, with those that have just been given to it. */
  load(agent: string): number
}

/** `elsewhere`: how many nodes an agent does in other runs that share it. */
export function openSlots(plan: Plan, run: Run, concurrency: number, elsewhere: (agent: string) => number = () => 0): Slots {
  let left = concurrency - run.running.size
  const given = new Map<string, number>()
  const written = [...run.running].flatMap((id) => {
    const files = plan.steps.get(run.nodes.get(id)?.step ?? '')?.spec.files ?? []
    return files.length > 0 ? [files] : []
  })
  const slots: Slots = {
    get left() {
      return left
    },
    load: (agent) => loadOf(run, agent) + elsewhere(agent) + (given.get(agent) ?? 0),
    takeFor(step, agent) {
      if (!slots.take(step)) return false
      for (const one of racersOf(step) ?? [agent]) given.set(one, (given.get(one) ?? 0) + 1)
      return true
    },
    take({ spec: { files } }) {
      if (left <= 0) return false
      if (files.length > 0) {
        if (written.some((others) => overlap(files, others))) return false
        written.push(files)
      }
      left -= 1
      return true
    },
  }
  return slots
}

function racersOf({ spec }: PlanStep): readonly string[] | undefined {
  return spec.kind === 'agent' ? spec.race?.agents : undefined
}

/** How many nodes of a run an agent does now; in a race, as often as it stands there. */
export function loadOf(run: Run, agent: string): number {
  let load = 0
  for (const id of run.running) {
    const node = run.nodes.get(id)
    const racers = run.steps.get(node?.step ?? '')?.race
    load += racers ? racers.filter((one) => one === agent).length : node?.agent === agent ? 1 : 0
  }
  return load
}

/** A step that may start, or one of its nodes that is to be tried again. */
export interface Ready {
  readonly step: PlanStep
  readonly state: StepState
  readonly again: NodeState | undefined
}

/** What is ready, in the order in which it starts: by priority, and among equals what is tried again before what is new. */
export function inTurn(plan: Plan, run: Run, now: number): Iterable<Ready> {
  return plan.hasPriorities ? byPriority(ready(plan, run, now)) : ready(plan, run, now)
}

/** One by one: thousands of steps may be ready, and few of them start. */
function* ready(plan: Plan, run: Run, now: number): Generator<Ready> {
  for (const id of run.retrying) {
    const again = run.nodes.get(id)
    const found = again?.retryAt != null && again.retryAt <= now ? lookUp(plan, run, again.step) : undefined
    if (found) yield { ...found, again }
  }
  for (const id of run.frontier) {
    const found = lookUp(plan, run, id)
    if (found) yield { ...found, again: undefined }
  }
}

function lookUp(plan: Plan, run: Run, id: string): Omit<Ready, 'again'> | undefined {
  const step = plan.steps.get(id)
  const state = run.steps.get(id)
  return step && state && { step, state }
}

function byPriority(all: Iterable<Ready>): Ready[] {
  const groups = Map.groupBy(all, ({ step }) => step.spec.priority)
  return [...groups].sort(([one], [other]) => other - one).flatMap(([, group]) => group)
}
