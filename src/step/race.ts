import type { AgentSpec, AgentStep, RaceSpec } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import type { Isolation } from '../run/event.ts'
import type { Failure } from '../run/failure.ts'
import { isRetryable } from '../run/failure.ts'
import { keepArtifacts } from './artifacts.ts'
import { compete } from './contestant.ts'
import type { Course, Finished } from './contestant.ts'
import { inheritedCommits } from './inherited.ts'
import { renderPrompt } from './prompt-text.ts'
import { decide } from './race-decision.ts'
import { reportTrespasses } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** Several agents do the same task at once, each in a worktree of its own, and the work of one of them is that of the step. */
export async function performRace(world: StepWorld, task: AttemptTask, io: AttemptIo, step: AgentStep, race: RaceSpec): Promise<AttemptResult> {
  const prompt = renderPrompt(world, task, step.prompt ?? '')
  if (!prompt.ok) return failed({ code: 'expression-failed', message: `the prompt cannot be evaluated: ${prompt.error}` })
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return failed(workspaces.error)
  const commits = await inheritedCommits(world, task, io, workspaces.value)
  if (!commits.ok) return failed(commits.error)
  const course: Course = { world, task, io, step, workspaces: workspaces.value, commits: commits.value, prompt: prompt.value }
  const all: Finished[] = []
  try {
    await runAll(course, race, all)
    const result = io.signal.aborted ? undefined : await choose(course, race, all)
    await reportTrespasses(io, workspaces.value)
    const told = { ...(result ?? {}), ...isolationOf(all) }
    return io.signal.aborted ? { ...told, status: 'cancelled' } : { status: 'failed', ...told }
  } finally {
    for (const { place } of all) await place?.leave()
  }
}

/** Fills `all` in the order of the pipeline. With `first_passing` the first that passes stops the others. */
async function runAll(course: Course, { agents, pick }: RaceSpec, all: Finished[]): Promise<void> {
  const stop = new AbortController()
  const ended = await Promise.allSettled(agents.map(async (name, at) => {
    try {
      const finished = await compete(course, agentOf(course, name), at + 1, stop.signal)
      all.push(finished)
      if (finished.told.status === 'passed' && pick === 'first_passing') stop.abort()
      await course.io.emit(finished.told)
    } catch (error) {
      stop.abort()
      throw error
    }
  }))
  const broken = ended.find((one) => one.status === 'rejected')
  if (broken) throw broken.reason
}

function agentOf({ world }: Course, name: string): AgentSpec {
  const agent = world.pipeline.agents.get(name)
  if (!agent) throw new Error(`there is no agent \`${name}\``)
  return agent
}

async function choose(course: Course, race: RaceSpec, all: readonly Finished[]): Promise<AttemptResult> {
  const { world, task, io, workspaces } = course
  const { failure, ...decision } = await decide(course, race, all)
  await io.emit({ type: 'race-decided', pick: race.pick, ...decision })
  const winner = all.find(({ told }) => told.index === decision.chosen)
  if (!winner?.place) return failed(failure ?? nobodyPassed(all))
  for (const verdict of winner.verdicts) await io.emit(verdict)
  const { commit } = winner.told
  if (commit !== null) {
    await workspaces.pin(task.node, commit)
    await io.keep('change.patch', await workspaces.patch(winner.place.worktree.workspace.base, commit))
  }
  return { ...winner.result, artifacts: await keepArtifacts(world, task, io, winner.place) }
}

/** A budget or a quota that is used up stops the run, whoever met it. */
function nobodyPassed(all: readonly Finished[]): Failure {
  const inTurn = all.toSorted((one, other) => one.told.index - other.told.index)
  const failures = inTurn.flatMap(({ told }) => told.failure ?? [])
  const used = failures.find(({ code }) => code === 'budget-exceeded' || code === 'quota-exhausted')
  if (used) return used
  const told = inTurn.map(({ told: { index, agent, failure } }) => `${index} \`${agent}\`: ${failure?.message ?? 'it was stopped'}`).join('; ')
  return { code: 'race-failed', message: `none of the ${all.length} contestants passed: ${told}`, retryable: failures.some(isRetryable) }
}

const WEAKEST_FIRST: readonly Isolation[] = ['process', 'namespace', 'sandbox']

function isolationOf(all: readonly Finished[]): Pick<AttemptResult, 'isolation'> {
  const isolation = WEAKEST_FIRST.find((one) => all.some(({ result }) => result.isolation === one))
  return isolation === undefined ? {} : { isolation }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
