import type { AgentSpec, AgentStep, Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { isCapable } from '../pipeline/survey-team.ts'
import { candidatesOf, chainOf } from '../pipeline/team.ts'
import { AUTO } from '../pipeline/words.ts'
import type { AgentCandidate } from './team.ts'
import { isAgentsOwn, isRetryable } from './failure.ts'
import type { Failure } from './failure.ts'

/** Who does the next attempt of a node, and why. */
export interface Assignment {
  readonly agent: string
  readonly reason: 'named' | 'best' | 'again' | 'backup'
  readonly candidates: readonly AgentCandidate[]
}

/** An attempt as far as it decides about the next one. */
export interface Tried {
  readonly agent: string | null
  readonly failure: Failure | null
}

/** How many nodes an agent does now. */
export type Load = (agent: string) => number

/**
 * Who is to do the next attempt after these; `busy` while that is nobody who is free. Deterministic: capable, free, then by
 * priority, then by load, then in the order of the file. An agent that failed is followed by itself, as long as the step's
 * `retry` goes, and then by its backups.
 */
export function assign(pipeline: Pipeline, step: AgentStep, tried: readonly Tried[], load: Load): Assignment | 'busy' {
  const isFree = (agent: AgentSpec | undefined): boolean => agent?.maxLoad === undefined || load(agent.name) < agent.maxLoad
  if (step.race) return canRace(pipeline, step.race.agents, load) ? { agent: step.agent, reason: 'named', candidates: [] } : 'busy'
  const following = successor(pipeline, step, tried)
  const agent = following ? following.agent : step.agent === AUTO ? undefined : step.agent
  if (agent == null) return best(pipeline, step, isFree, load)
  if (!isFree(pipeline.agents.get(agent))) return 'busy'
  if (!following) return { agent, reason: 'named', candidates: [] }
  return { agent, reason: following.reason, candidates: following.reason === 'backup' ? chain(pipeline, tried, agent, load) : [] }
}

/** All contestants of a race work at once. */
function canRace(pipeline: Pipeline, racers: readonly string[], load: Load): boolean {
  return [...Map.groupBy(racers, (name) => name)].every(([name, all]) => {
    const most = pipeline.agents.get(name)?.maxLoad
    return most === undefined || load(name) + all.length <= most
  })
}

/** Who follows after a failure: null for a step that is no agent's; undefined when nobody does. */
export function successor(pipeline: Pipeline, step: StepSpec, tried: readonly Tried[]): { readonly agent: string | null; readonly reason: 'again' | 'backup'; readonly made: number } | undefined {
  const last = tried.at(-1)
  if (!last?.failure) return undefined
  const made = tried.length - 1 - tried.findLastIndex(({ agent }) => agent !== last.agent)
  const { attempts, on } = step.retry
  if (made < attempts && isRetryable(last.failure) && (on?.includes(last.failure.code) ?? true)) return { agent: last.agent, reason: 'again', made }
  const first = tried[0]?.agent
  if (step.kind !== 'agent' || first == null || !isAgentsOwn(last.failure)) return undefined
  const names = chainOf(pipeline, first).map(({ name }) => name)
  const next = names[names.indexOf(last.agent ?? '') + 1]
  return next === undefined ? undefined : { agent: next, reason: 'backup', made }
}

function best(pipeline: Pipeline, step: AgentStep, isFree: (agent: AgentSpec) => boolean, load: Load): Assignment | 'busy' {
  const free = candidatesOf(pipeline, step).filter(isFree)
  const [chosen] = free.toSorted((one, other) => other.priority - one.priority || load(one.name) - load(other.name))
  if (!chosen) return 'busy'
  const because = (agent: AgentSpec): string => {
    if (agent === chosen) return 'chosen'
    const lacks = step.capabilities.filter((word) => !isCapable(agent.capabilities, [word]))
    if (lacks.length > 0) return `lacks ${lacks.join(', ')}`
    if (!isFree(agent)) return `busy: ${load(agent.name)} of ${agent.maxLoad ?? 0}`
    if (agent.priority < chosen.priority) return `its priority ${agent.priority} is below ${chosen.priority}`
    return load(agent.name) > load(chosen.name) ? `its load ${load(agent.name)} is above ${load(chosen.name)}` : 'it is declared later'
  }
  return { agent: chosen.name, reason: 'best', candidates: [...pipeline.agents.values()].map((agent) => candidate(agent, because(agent), load)) }
}

/** Those that were there to take over, with what became of each. */
function chain(pipeline: Pipeline, tried: readonly Tried[], chosen: string, load: Load): AgentCandidate[] {
  return chainOf(pipeline, tried[0]?.agent ?? '').map((agent) => {
    const failure = tried.findLast((one) => one.agent === agent.name)?.failure
    return candidate(agent, failure ? `failed: ${failure.code}` : agent.name === chosen ? 'chosen' : 'next in line', load)
  })
}

function candidate({ name, priority, maxLoad }: AgentSpec, because: string, load: Load): AgentCandidate {
  return { agent: name, because, priority, load: load(name), maxLoad: maxLoad ?? null }
}
