import type { AgentIo } from '../agent/agent.ts'
import type { AgentSpec } from '../pipeline/pipeline.ts'
import type { CallTeller } from '../provider/caller.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { StepWorld } from './world.ts'

/** What surrounds an agent: its model behind the caller, which holds and settles every call in the journal. */
export async function agentIo(world: StepWorld, task: AttemptTask, io: AttemptIo, agent: AgentSpec): Promise<AgentIo> {
  const caller = await world.caller()
  const lane = { provider: agent.provider, model: agent.model }
  let calls = 0
  return {
    signal: io.signal,
    activity: (text) => io.activity(text),
    text: (chunk) => io.output('stdout', chunk),
    transcript: (entry) => io.transcript(entry),
    async call(request) {
      const slot = { node: task.node, attempt: task.attempt, call: calls }
      calls += 1
      return caller.call(lane, request, teller(io, slot), io.signal)
    },
  }
}

function teller(io: AttemptIo, slot: CallTeller['slot']): CallTeller {
  return {
    slot,
    reserved: async (reservation) => io.emit({ type: 'call-reserved', ...reservation }),
    settled: async (settlement) => io.emit({ type: 'call-settled', ...settlement }),
    decided: async (decision) => io.emit({ type: 'route-decided', ...decision }),
    text: () => {},
  }
}
