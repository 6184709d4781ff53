import type { AgentDone } from '../agent/agent.ts'
import type { AgentSpec, AgentStep } from '../pipeline/pipeline.ts'
import type { AttemptEvent, AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import type { ContestantFinished } from '../run/race.ts'
import type { CheckResult } from '../run/work-event.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { createWorkCount } from './agent-work.ts'
import type { AgentBench } from './agent-bench.ts'
import { collectPlace } from './commit.ts'
import { supervise } from './converse.ts'
import { deniedChange } from './denied-change.ts'
import { employ } from './employ.ts'
import { leakIn } from './leak.ts'
import { ownIo } from './own-io.ts'
import { openTreePlace } from './tree-place.ts'
import type { TreePlace } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** What all contestants of a race have in common. */
export interface Course {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: AgentStep
  readonly workspaces: Workspaces
  /** What their worktrees are laid from. */
  readonly commits: readonly string[]
  /** Without expressions. */
  readonly prompt: string
}

/** A contestant that has ended. Its place stays open until the race is decided. */
export interface Finished {
  readonly told: Omit<ContestantFinished, 'node' | 'attempt'>
  readonly result: AttemptResult
  /** Its verdicts as events: those of the one that is chosen become those of the step. */
  readonly verdicts: readonly CheckEvent[]
  readonly place: TreePlace | undefined
}

type CheckEvent = Extract<AttemptEvent, { type: 'check-finished' }>

/** One of several agents at the same task: in a worktree, a conversation and with costs of its own. `index` counts from 1. */
export async function compete(course: Course, agent: AgentSpec, index: number, stop: AbortSignal): Promise<Finished> {
  const { world, workspaces, commits } = course
  const { clock } = world.ports
  const began = clock.elapsed()
  const own = ownIo(course.io, { name: `~${index}`, words: `contestant ${index}`, stop })
  const verdicts: CheckEvent[] = []
  const io: AttemptIo = { ...own.io, emit: async (event) => (event.type === 'check-finished' ? void verdicts.push(event) : own.io.emit(event)) }
  const task = { ...course.task, agent: agent.name, former: [] }
  const place = await openTreePlace(world, task, io, workspaces, commits)
  const outcome = place.ok
    ? await work(course, { world, task, io, place: place.value, agent, ...supervise(world, task, io, agent) }, index)
    : { result: failedWith(place.error), lines: 0, work: createWorkCount(clock).soFar() }
  const result = await withIsolation(outcome.result, place.ok ? place.value : undefined)
  const isStopped = result.status !== 'passed' && io.signal.aborted
  return {
    result, verdicts, place: place.ok ? place.value : undefined,
    told: {
      type: 'contestant-finished', index, agent: agent.name, status: isStopped ? 'stopped' : result.status === 'passed' ? 'passed' : 'failed',
      durationMs: Math.round(clock.elapsed() - began), commit: result.commit ?? null, filesChanged: result.filesChanged ?? [], lines: outcome.lines,
      cost: own.cost().toString(), model: result.model ?? null, checks: lastOf(verdicts), work: outcome.work, failure: isStopped ? null : (result.failure ?? null),
    },
  }
}

interface Outcome {
  readonly result: AttemptResult
  readonly lines: number
  readonly work: ContestantFinished['work']
}

async function work(course: Course, bench: AgentBench, index: number): Promise<Outcome> {
  let lines = 0
  const result = await employ(bench, course.step, {
    prompt: course.prompt, seat: `~${index}`,
    async finish(done) {
      const kept = await keepWork(course, bench, index, done)
      lines = kept.lines
      return kept.result
    },
  })
  bench.watch.stop()
  const whole = result.status === 'passed' ? { ...result, memory: bench.memory.changes() } : result
  return { result: whole, lines, work: bench.work.soFar() }
}

/** Its work as a commit that is kept, whether it is chosen or not, and how much it changes. */
async function keepWork(
  { workspaces }: Course, { world, task, place, agent }: AgentBench, index: number, done: AgentDone,
): Promise<Pick<Outcome, 'result' | 'lines'>> {
  const collected = await collectPlace(task, place, { agent: agent.name, model: done.model })
  if (!collected.ok) return { result: failedWith(collected.error), lines: 0 }
  const { commit, files } = collected.value
  const base = place.worktree?.workspace.base ?? ''
  const wrong = deniedChange(world, agent, files) ?? (commit === null ? undefined : await leakIn(world, workspaces, base, commit))
  if (wrong) return { result: failedWith(wrong), lines: 0 }
  if (commit !== null) await workspaces.pin(`${task.node}~${index}`, commit)
  const lines = commit === null ? 0 : changedLines(await workspaces.patch(base, commit, 'whole'))
  return { result: { status: 'passed', outputs: { ...done.outputs, text: done.text }, commit, filesChanged: files, model: done.model }, lines }
}

/** Added and removed; of a binary file the lines that its patch takes. */
export function changedLines(patch: string): number {
  let lines = 0
  let isHead = true
  for (const line of patch.split('\n')) {
    if (line.startsWith('diff --git ')) isHead = true
    else if (isHead && (line.startsWith('@@ ') || line === 'GIT binary patch')) isHead = false
    if (isHead || line.startsWith('@@ ') || line === 'GIT binary patch') continue
    if (/^[-+]/.test(line) || /^[A-Za-z][!-~]+$/.test(line)) lines += 1
  }
  return lines
}

async function withIsolation(result: AttemptResult, place: TreePlace | undefined): Promise<AttemptResult> {
  const isolation = await place?.enclosures.isolation()
  return isolation === undefined ? result : { ...result, isolation }
}

function lastOf(verdicts: readonly CheckEvent[]): CheckResult[] {
  return [...new Map(verdicts.map(({ result }) => [result.name, result])).values()]
}

function failedWith(failure: NonNullable<AttemptResult['failure']>): AttemptResult {
  return { status: 'failed', failure }
}
