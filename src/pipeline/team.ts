import type { AgentSpec, AgentStep, Pipeline } from './pipeline.ts'
import { isCapable } from './survey-team.ts'
import { AUTO } from './words.ts'

type Crew = Pick<AgentStep, 'agent' | 'capabilities' | 'race'>

/** Who may be the first to work on a step, in the order of the file: its agent, all of a race, or all that have what it wants. */
export function candidatesOf(pipeline: Pipeline, { agent, capabilities, race }: Crew): AgentSpec[] {
  if (race) return named(pipeline, race.agents)
  if (agent === AUTO) return [...pipeline.agents.values()].filter((one) => isCapable(one.capabilities, capabilities))
  return named(pipeline, [agent])
}

/** Who is taken first while all are free. */
export function preferredOf(pipeline: Pipeline, step: Crew): AgentSpec | undefined {
  if (step.race) return pipeline.agents.get(step.agent)
  return candidatesOf(pipeline, step).toSorted((one, other) => other.priority - one.priority)[0]
}

/** An agent and those that take over from it, in their order. Theirs do not follow: who stands in for a stand-in is not asked. */
export function chainOf(pipeline: Pipeline, agent: string): AgentSpec[] {
  return named(pipeline, [agent, ...(pipeline.agents.get(agent)?.backup ?? [])])
}

/** Everybody who may come to work on a step, each once; nobody takes over from a contestant of a race. */
export function teamOf(pipeline: Pipeline, step: Crew): AgentSpec[] {
  if (step.race) return named(pipeline, [...step.race.agents, ...(step.race.judge === undefined ? [] : [step.race.judge])])
  return [...new Set(candidatesOf(pipeline, step).flatMap(({ name }) => chainOf(pipeline, name)))]
}

function named(pipeline: Pipeline, names: readonly string[]): AgentSpec[] {
  return [...new Set(names)].flatMap((name) => pipeline.agents.get(name) ?? [])
}
