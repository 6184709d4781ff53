import type { AgentIo } from '../agent/agent.ts'
import type { Json } from '../base/json.ts'
import type { AgentSpec, Pipeline } from '../pipeline/pipeline.ts'
import type { CallTeller } from '../provider/caller.ts'
import type { Lane } from '../provider/lane.ts'
import type { Route } from '../provider/route.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { AgentMail } from '../agent/shared-state.ts'
import type { createAgentMemory } from './agent-memory.ts'
import type { WorkCount } from './agent-work.ts'
import type { StallWatch } from './stall-watch.ts'
import type { StepWorld } from './world.ts'

/** Who looks after an agent at work. */
export interface Supervision {
  readonly watch: StallWatch
  readonly work: WorkCount
  /** What it shares with the other agents of the run. */
  readonly memory: ReturnType<typeof createAgentMemory>
  readonly mail: AgentMail
}

/**
 * What surrounds an agent: its model behind the caller, which holds and settles every call in the journal. `seat` tells apart the
 * conversations of one attempt; the only one has none.
 */
export async function agentIo(
  world: StepWorld, task: AttemptTask, io: AttemptIo, agent: AgentSpec, seat: string, { watch, work }: Supervision,
): Promise<AgentIo & { readonly answeredBy: () => string }> {
  const caller = await world.caller()
  const target = targetOf(world.pipeline, agent)
  let calls = 0
  let chosen = `${agent.provider}/${agent.model}`
  return {
    answeredBy: () => chosen,
    signal: watch.signal,
    activity: (text) => io.activity(text),
    text(chunk) {
      watch.beat()
      work.said(chunk)
      io.output('stdout', chunk)
    },
    transcript: (entry) => io.transcript(entry),
    async call(request) {
      const slot = { node: `${task.node}${seat}`, attempt: task.attempt, call: calls, agent: agent.name }
      calls += 1
      work.turn()
      // How long it waits for room, or between retries, is bounded elsewhere: only a call under way can stall.
      watch.pause()
      const answer = await caller.call(target, request, teller(io, slot, watch, (model) => { chosen = model }), watch.signal)
      watch.resume()
      return answer
    },
  }
}

/** One model, or the route of several that stand in for each other. */
export function targetOf(pipeline: Pipeline, agent: AgentSpec): Lane | Route {
  const route = agent.route === undefined ? undefined : pipeline.routes.get(agent.route)
  if (!route) return { provider: agent.provider, model: agent.model }
  const { attempts, backoffMs, maxDelayMs } = route.retry
  const retry = { ...(attempts === undefined ? {} : { attempts }), ...(backoffMs === undefined ? {} : { backoffMs }), ...(maxDelayMs === undefined ? {} : { maxDelayMs }) }
  const breaker = route.breaker && { failures: route.breaker.failures, cooldown: route.breaker.cooldownMs }
  return { name: route.name, lanes: route.models, strategy: route.strategy, retry, ...(breaker ? { breaker } : {}) }
}

/** What must be known of a call, in the journal before anything else happens. */
export function teller(io: AttemptIo, slot: CallTeller['slot'] & { readonly agent: string }, watch: StallWatch, answered: (model: string) => void): CallTeller {
  return {
    slot,
    async reserved(reservation) {
      await io.emit({ type: 'call-reserved', ...reservation, agent: slot.agent })
      watch.resume()
    },
    async settled(settlement) {
      watch.pause()
      await io.emit({ type: 'call-settled', ...settlement })
    },
    async decided(decision) {
      if (decision.outcome === 'ok' && decision.chosen !== null) answered(decision.chosen)
      await io.emit({ type: 'route-decided', ...decision, audit: decision.audit as unknown as Json })
    },
    text: () => watch.beat(),
  }
}
