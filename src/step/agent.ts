import type { AgentDone } from '../agent/agent.ts'
import { ok } from '../base/result.ts'
import type { AgentStep } from '../pipeline/pipeline.ts'
import { chainOf } from '../pipeline/team.ts'
import type { AttemptResult, StepKind } from '../run/contract.ts'
import { isAgentsOwn } from '../run/failure.ts'
import type { Failure } from '../run/failure.ts'
import type { AgentBench } from './agent-bench.ts'
import { collectPlace, commitPlace } from './commit.ts'
import { supervise } from './converse.ts'
import { deniedChange } from './denied-change.ts'
import { employ } from './employ.ts'
import { withFormer } from './handover.ts'
import { atPlace } from './place.ts'
import { renderPrompt } from './prompt-text.ts'
import { reportTrespasses } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** An agent in a worktree of its own: its work is proved by the step's checks and goes back to it until they hold. */
export function agentKind(world: StepWorld): StepKind {
  return {
    byAgents: true,
    async attempt(task, io) {
      const step = task.step as AgentStep
      if (step.race) return (await import('./race.ts')).performRace(world, task, io, step, step.race)
      const agent = world.pipeline.agents.get(task.agent ?? step.agent)
      if (!agent) return failed({ code: 'internal', message: `there is no agent \`${task.agent ?? step.agent}\`` })
      return atPlace(world, task, io, async (place) => {
        const bench = { world, task, io, place, agent, ...supervise(world, task, io, agent) }
        const prompt = step.isVerbatim ? ok(step.prompt ?? '') : renderPrompt(world, task, step.prompt ?? '')
        const result = prompt.ok
          ? await employ(bench, step, { prompt: withFormer(prompt.value, task.former), seat: '', finish: async (done) => finish(bench, done) })
          : failed({ code: 'expression-failed', message: `the prompt cannot be evaluated: ${prompt.error}` })
        bench.watch.stop()
        await reportTrespasses(io, place.worktree?.workspaces)
        const isolation = await place.enclosures?.isolation()
        const told = isolation === undefined ? result : { ...result, isolation }
        return withWork(bench, io.signal.aborted ? { ...told, status: 'cancelled' } : told)
      })
    },
  }
}

/** With what the agent did; where another may take over from it, also with what that one ought to know. */
async function withWork({ world, task, place, agent, work, memory }: AgentBench, result: AttemptResult): Promise<AttemptResult> {
  const hasBackup = chainOf(world.pipeline, agent.name).length > 1
  if (result.status === 'passed') return { ...result, work: work.soFar(), memory: memory.changes() }
  if (!hasBackup || (result.failure && !isAgentsOwn(result.failure))) return { ...result, work: work.soFar() }
  const collected = await collectPlace(task, place, { agent: agent.name })
  return { ...result, work: { ...work.soFar(), handover: work.handover(collected.ok ? collected.value.files : []) } }
}

async function finish({ world, task, io, place, agent }: AgentBench, done: AgentDone): Promise<AttemptResult> {
  const collected = await collectPlace(task, place, { agent: agent.name, model: done.model })
  const denied = collected.ok ? deniedChange(world, agent, collected.value.files) : undefined
  if (denied) return failed(denied)
  const committed = await commitPlace(world, task, io, place, { agent: agent.name, model: done.model })
  if (!committed.ok) return failed(committed.error)
  const outputs = { ...done.outputs, text: done.text }
  return { status: 'passed', outputs, commit: committed.value.commit, filesChanged: committed.value.files, model: done.model }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
