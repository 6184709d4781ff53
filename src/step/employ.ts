import type { AgentDone } from '../agent/agent.ts'
import type { AgentStep } from '../pipeline/pipeline.ts'
import type { AttemptResult } from '../run/contract.ts'
import type { AgentBench } from './agent-bench.ts'
import { converse } from './converse.ts'
import type { Talk } from './converse.ts'
import { prove } from './prove.ts'

/** One agent at the task of a step. */
export interface Employment {
  /** Without expressions. */
  readonly prompt: string
  /** Tells apart the agents that work in one attempt: empty for the only one. */
  readonly seat: string
  /** What becomes of its work, once that holds. */
  readonly finish: (done: AgentDone) => Promise<AttemptResult>
}

/** Whoever works, and where that is a program of its own, which one: a large one takes a while to be digested, and works meanwhile. */
export async function employ(bench: AgentBench, step: AgentStep, { prompt, seat, finish }: Employment): Promise<AttemptResult> {
  const opened = await converse(bench, { prompt, outputs: step.outputs ?? {}, seat })
  if (!opened.ok) return { status: 'failed', failure: opened.error }
  const talk = opened.value
  try {
    const [result, program] = await Promise.all([perform(bench, step, talk, finish), talk.program?.()])
    return program === undefined ? result : { ...result, program }
  } finally {
    await talk.close?.()
  }
}

/** Work, then proof; what fails goes back to the same conversation. */
async function perform(bench: AgentBench, step: AgentStep, talk: Talk, finish: Employment['finish']): Promise<AttemptResult> {
  const { agent, work } = bench
  const first = await talk.start()
  if (!first.ok) return { status: 'failed', failure: first.error }
  let done = first.value
  if (step.verify.length === 0) return finish(done)
  const proved = await prove(bench, {
    verify: step.verify, repair: step.repair, author: () => ({ agent: agent.name, model: done.model }),
    failed: (message) => work.said(`\n${message}`), over: () => talk.over(),
    async again(message) {
      const next = await talk.continue(message)
      if (!next.ok) return next.error
      done = next.value
      return undefined
    },
  })
  return proved.ok ? finish(done) : { status: 'failed', failure: proved.error }
}
