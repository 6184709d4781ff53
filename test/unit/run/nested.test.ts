import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import { ok } from '../../../src/base/result.ts'
import type { Pipeline, PipelineStep, StepSpec } from '../../../src/pipeline/pipeline.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { reportExceptions } from '../../../src/report/exceptions.ts'
import { reportSteps } from '../../../src/report/steps.ts'
import { reportTotals } from '../../../src/report/totals.ts'
import type { AttemptResult } from '../../../src/run/contract.ts'
import type { Recorded } from '../../../src/run/event.ts'
import { fold } from '../../../src/run/fold.ts'
import { emptyRun } from '../../../src/run/lay.ts'
import { needsSucceeded } from '../../../src/run/next.ts'
import type { Outlook } from '../../../src/run/next.ts'
import { planResume } from '../../../src/run/resume.ts'
import type { Run } from '../../../src/run/run.ts'
import { saveRun } from '../../../src/store/saved-run.ts'
import { pipelineKind } from '../../../src/step/pipeline.ts'
import type { StepWorld } from '../../../src/step/world.ts'
import { perform } from '../../rig/engine.ts'
import type { Behaviour, Trial } from '../../rig/engine.ts'
import { planOf, runStep } from '../../rig/plans.ts'

/** A step that performs `pipeline`. */
function calling(id: string, pipeline: string, needs: readonly string[] = []): PipelineStep {
  const { id: _id, kind: _kind, needs: _needs, ...common } = runStep(id)
  const { run: _run, shell: _shell, outputs: _outputs, ...rest } = common as Record<string, unknown>
  return { ...rest, id, kind: 'pipeline', needs, pipeline, with: {} } as unknown as PipelineStep
}

/** `child` is called by `sub`, and calls `deep` itself. */
function planFrom(traits: readonly Trait[]): Plan {
  const children = new Map<string, Pipeline>()
  const pipelineOf = (steps: readonly StepSpec[], file: string): Pipeline => planOf(steps, { file, children }).pipeline
  const [a = 'passes', b = 'passes', c = 'passes', d = 'passes'] = traits
  const retry = (trait: Trait): object => (trait === 'flaky' ? { retry: { attempts: 2, backoffMs: 10, maxDelayMs: 100, on: undefined } } : {})
  children.set('deep', pipelineOf([runStep('x', [], retry(c)), runStep('y', ['x'], retry(d))], 'deep'))
  children.set('child', pipelineOf([runStep('a', [], retry(a)), calling('below', 'deep', ['a']), runStep('b', ['below'], retry(b))], 'child'))
  return planOf([runStep('before'), calling('sub', 'child', ['before']), runStep('after', ['sub'])], { children })
}

type Trait = 'passes' | 'fails' | 'flaky' | 'commits' | 'pays'

/** What steps of kind `run` do by their traits, and how `pipeline` steps are performed. */
function behaviour(traits: readonly Trait[], started: string[]): Behaviour {
  const names: Readonly<Record<string, number>> = { 'sub/a': 0, 'sub/b': 1, 'sub/below/x': 2, 'sub/below/y': 3 }
  const tries = new Map<string, number>()
  const world = (plan: Pipeline): StepWorld => ({ pipeline: plan, expressions: undefined, hide() {}, nested: (child: Pipeline) => world(child) }) as unknown as StepWorld
  const kinds = (of: StepWorld): Record<string, { attempt: Behaviour }> => ({ run: { attempt: behave }, pipeline: pipelineKind(of, kinds as never) })
  const behave: Behaviour = async (task, io) => {
    if (task.step.kind === 'pipeline') {
      const { children } = planFrom(traits).pipeline
      return pipelineKind(world({ children } as Pipeline), kinds as never).attempt(task, io)
    }
    started.push(task.node)
    const trait = traits[names[task.node] ?? 9] ?? 'commits'
    tries.set(task.node, (tries.get(task.node) ?? 0) + 1)
    if (trait === 'pays') {
      const call = `${task.node}#${task.attempt}`
      await io.emit({ type: 'call-reserved', call, provider: 'p', model: 'm', hold: '10' })
      await io.emit({ type: 'call-settled', call, cost: '7', basis: 'measured', usage: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 }, retries: 0 })
    }
    if (trait === 'fails' || (trait === 'flaky' && tries.get(task.node) === 1)) return { status: 'failed', failure: { code: 'exit-code', message: 'it exited with code 1', exitCode: 1 } }
    return { status: 'passed', outputs: { seen: [...task.inherited] as Json[] }, commit: trait === 'commits' ? `commit-${task.node}` : null } satisfies AttemptResult
  }
  return behave
}

const outlook = (run: Run): Outlook => ({ now: 0, concurrency: 4, lost: new Set<string>(), condition: ({ spec }) => ok(needsSucceeded(run, spec.id)), cells: () => ok([]) })

function replay(journal: readonly Recorded[]): Run {
  const run = emptyRun('r1')
  for (const event of journal) fold(run, structuredClone(event))
  return run
}

async function performed(traits: readonly Trait[], started: string[] = []): Promise<Trial> {
  return perform(planFrom(traits), behaviour(traits, started))
}

const ending = (run: Run): unknown => reportSteps(run).map(({ id, status, commit, outputs }) => [id, status, commit, outputs])

describe('a run inside of a run', () => {
  it('is told in the one journal, and its steps see what the calling step inherited and what they need', async () => {
    const { run, journal } = await performed(['commits', 'passes', 'commits', 'passes'])
    expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1))
    expect(ending(run)).toEqual([
      ['before', 'passed', 'commit-before', { seen: [] }],
      ['sub', 'passed', 'commit-sub/below/x', {}],
      ['sub/a', 'passed', 'commit-sub/a', { seen: ['commit-before'] }],
      ['sub/below', 'passed', 'commit-sub/below/x', {}],
      ['sub/below/x', 'passed', 'commit-sub/below/x', { seen: ['commit-sub/a'] }],
      ['sub/below/y', 'passed', null, { seen: ['commit-sub/below/x'] }],
      ['sub/b', 'passed', null, { seen: ['commit-sub/below/x'] }],
      ['after', 'passed', 'commit-after', { seen: ['commit-sub/below/x'] }],
    ])
  })

  it('charges what it spends to its node and to the run around it', async () => {
    const { run } = await performed(['pays', 'passes', 'pays', 'pays'])
    expect(reportTotals(run).totals).toMatchObject({ requests: 3, input_tokens: 3, output_tokens: 6 })
    expect([run.spent, run.nodes.get('sub')?.cost, run.nested.get('sub')?.nodes.get('below')?.cost]).toEqual([21n, 21n, 14n])
    expect(saveRun(run).nested[0]?.run.nested[0]).toMatchObject({ node: 'below', run: { spent: '14' } })
  })

  it('tells what failed by its whole id', async () => {
    const { run } = await performed(['passes', 'passes', 'passes', 'fails'])
    expect(reportExceptions(run, 'go on').map(({ step, code, message }) => `${step} ${code}: ${message}`)).toEqual([
      'sub pipeline-failed: `sub/below/y` failed: it exited with code 1', 'sub/below pipeline-failed: `sub/below/y` failed: it exited with code 1',
      'sub/below/y exit-code: it exited with code 1',
    ])
    expect(run.nodes.get('sub')?.failure).toMatchObject({ nodes: ['sub/below', 'sub/below/y'], retryable: true })
  })

  it('survives a crash after any event: what passed in it never runs again, and the end is the same', async () => {
    const trait = fc.constantFrom<Trait>('passes', 'fails', 'flaky', 'commits', 'pays')
    await fc.assert(
      fc.asyncProperty(fc.tuple(trait, trait, trait, trait), fc.nat(), async (traits, cut) => {
        const whole = await performed(traits)
        expect(replay(whole.journal)).toEqual(whole.run)
        const prefix = whole.journal.slice(0, 1 + (cut % whole.journal.length))
        const run = replay(prefix)
        const passed = new Set(reportSteps(run).filter(({ status, kind }) => status === 'passed' && kind === 'run').map(({ id }) => id))
        const plan = planFrom(traits)
        const started: string[] = []
        const resumed = await perform(plan, behaviour(traits, started), { run, first: [planResume(plan, run, outlook(run)).event] })
        expect(ending(resumed.run)).toEqual(ending(whole.run))
        expect(started.filter((node) => passed.has(node))).toEqual([])
        expect(replay([...prefix, ...resumed.journal])).toEqual(resumed.run)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
