import type { AgentSpec } from '../pipeline/pipeline.ts'
import type { Supervision } from './agent-io.ts'
import type { Bench } from './judge.ts'

/** An agent's place of work, and who looks after it there. */
export interface AgentBench extends Bench, Supervision {
  readonly agent: AgentSpec
}
