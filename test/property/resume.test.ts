import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { fold } from '../../src/run/fold.ts'
import { emptyRun } from '../../src/run/lay.ts'
import { needsSucceeded } from '../../src/run/next.ts'
import type { Outlook } from '../../src/run/next.ts'
import { planResume } from '../../src/run/resume.ts'
import type { Recorded } from '../../src/run/event.ts'
import type { Run } from '../../src/run/run.ts'
import { ok } from '../../src/base/result.ts'
import { perform } from '../rig/engine.ts'
import type { Behaviour } from '../rig/engine.ts'
import { planOf, runStep } from '../rig/plans.ts'

/** A random plan: each step needs some earlier ones; some fail once, some for good, some commit. */
interface Sketch {
  readonly needs: readonly (readonly number[])[]
  readonly traits: readonly ('passes' | 'fails' | 'flaky' | 'commits' | 'may-fail')[]
}

const sketches: fc.Arbitrary<Sketch> = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.record({
    needs: fc.tuple(...Array.from({ length: size }, (_, index) => fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, index - 1) }), { maxLength: index === 0 ? 0 : 3 }))),
    traits: fc.array(fc.constantFrom('passes', 'fails', 'flaky', 'commits', 'may-fail'), { minLength: size, maxLength: size }),
  }),
)

function planFrom(sketch: Sketch): Plan {
  return planOf(sketch.traits.map((trait, index) =>
    runStep(`s${index}`, (sketch.needs[index] ?? []).map((need) => `s${need}`), {
      continueOnError: trait === 'may-fail',
      retry: { attempts: trait === 'flaky' ? 2 : 1, backoffMs: 10, maxDelayMs: 100, on: undefined },
    }),
  ))
}

/** What a step does depends on its trait and, if flaky, on how often it was tried, never on the process it runs in. */
function behaviour(sketch: Sketch, started: string[]): Behaviour {
  const tries = new Map<string, number>()
  return (task) => {
    started.push(task.node)
    const trait = sketch.traits[Number(task.node.slice(1))]
    tries.set(task.node, (tries.get(task.node) ?? 0) + 1)
    const bad = trait === 'fails' || trait === 'may-fail' || (trait === 'flaky' && tries.get(task.node) === 1)
    if (bad) return { status: 'failed', failure: { code: 'exit-code', message: 'it exited with code 1', exitCode: 1 } }
    return { status: 'passed', outputs: { seen: [...task.inherited] }, commit: trait === 'commits' ? `commit-${task.node}` : null }
  }
}

const outlook = (run: Run): Outlook => ({
  now: 0, concurrency: 4, lost: new Set<string>(), condition: ({ spec }) => ok(needsSucceeded(run, spec.id)), cells: () => ok([]),
})

function replay(journal: readonly Recorded[]): Run {
  const run = emptyRun('r1')
  for (const event of journal) fold(run, structuredClone(event))
  return run
}

function ending(run: Run): unknown {
  return [...run.nodes.values()].map((node) => [node.id, node.status, node.commit, node.outputs])
}

describe('every prefix of a journal is a crash that can be survived', () => {
  it('resumes to the same end, keeps what passed and runs nothing of it again', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.nat(), async (sketch, cut) => {
        const plan = planFrom(sketch)
        const whole = await perform(plan, behaviour(sketch, []))
        const prefix = whole.journal.slice(0, 1 + (cut % whole.journal.length))
        const run = replay(prefix)
        const passedBefore = new Set([...run.nodes.values()].filter((node) => node.status === 'passed').map((node) => node.id))
        const { event } = planResume(plan, run, outlook(run))
        const started: string[] = []
        const resumed = await perform(plan, behaviour(sketch, started), { run, first: [event] })
        expect(ending(resumed.run)).toEqual(ending(whole.run))
        expect(resumed.run.exitCode).toBe(whole.run.exitCode)
        expect(started.filter((node) => passedBefore.has(node))).toEqual([])
        // A second resume of a finished run has nothing to start.
        const again: string[] = []
        const second = planResume(plan, resumed.run, outlook(resumed.run))
        await perform(plan, behaviour(sketch, again), { run: replay([...prefix, ...resumed.journal]), first: [second.event] })
        expect(again.filter((node) => resumed.run.nodes.get(node)?.status === 'passed')).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('folds the journal to the very state that the engine had', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, async (sketch) => {
        const { run, journal } = await perform(planFrom(sketch), behaviour(sketch, []))
        expect(replay(journal)).toEqual(run)
      }),
      { numRuns: 200 },
    )
  })

  it('never starts a step before all that it needs has ended, and numbers events without a gap', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.integer({ min: 1, max: 5 }), async (sketch, concurrency) => {
        const { journal } = await perform(planFrom(sketch), behaviour(sketch, []), { concurrency })
        expect(journal.map((event) => event.seq)).toEqual(journal.map((_, index) => index + 1))
        const ended = new Set<string>()
        for (const event of journal) {
          if (event.type === 'attempt-started') for (const need of sketch.needs[Number(event.node.slice(1))] ?? []) expect(ended.has(`s${need}`)).toBe(true)
          if ((event.type === 'attempt-ended' && event.retryAt === null) || event.type === 'node-skipped') ended.add(event.node)
        }
      }),
      { numRuns: 200 },
    )
  })
})
