import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlap } from '../../../src/pipeline/overlap.ts'
import { perform } from '../../rig/engine.ts'
import { planOf, runStep } from '../../rig/plans.ts'

const files = fc.array(fc.constantFrom('a', 'a/b', 'a/**', 'c', '*', 'd/*.ts', 'd/x.ts'), { maxLength: 2 })
const step = fc.record({ files, priority: fc.constantFrom(0, 0, 1, 7), needs: fc.array(fc.nat(11), { maxLength: 2 }), fails: fc.nat(2), cells: fc.constantFrom(0, 0, 2) })

describe('what runs at the same time', () => {
  it('never writes the same files, and nothing is left over', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 6 }), async (drawn, concurrency) => {
      const steps = drawn.map((one, at) => runStep(`s${at}`, [...new Set(one.needs.filter((need) => need < at).map((need) => `s${need}`))], {
        files: one.files, priority: one.priority, retry: { attempts: 3, backoffMs: 1, maxDelayMs: 5, on: undefined },
        ...(one.cells === 0 ? {} : { matrix: { dimensions: new Map([['n', [1, 2]]]), include: [], exclude: [] } }),
      }))
      const running: (readonly string[])[] = []
      let most = 0
      const { run } = await perform(planOf(steps), async (task) => {
        const own = task.step.files
        expect(running.filter((others) => overlap(own, others))).toEqual([])
        running.push(own)
        most = Math.max(most, running.length)
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        running.splice(running.indexOf(own), 1)
        const fails = drawn[Number(task.step.id.slice(1))]?.fails ?? 0
        return task.attempt <= fails ? { status: 'failed', failure: { code: 'exit-code', message: 'no', exitCode: 1 } } : { status: 'passed' }
      }, { concurrency })
      expect(run.status).toBe('passed')
      expect(most).toBeLessThanOrEqual(concurrency)
    }), { numRuns: 60 })
  })

  it('starts by priority, then in the order in which it became ready', async () => {
    const order: string[] = []
    const steps = [runStep('a'), runStep('b', [], { priority: 2 }), runStep('c', ['b'], { priority: 9 }), runStep('d', [], { priority: 2 }), runStep('e')]
    await perform(planOf(steps), ({ node }) => {
      order.push(node)
      return { status: 'passed' }
    }, { concurrency: 1 })
    expect(order).toEqual(['b', 'c', 'd', 'a', 'e'])
  })

  it('lets what fits start before what must wait, whatever its priority', async () => {
    const order: string[] = []
    const steps = [runStep('a', [], { files: ['x'], priority: 3 }), runStep('b', [], { files: ['x'], priority: 2 }), runStep('c', [], { files: ['y'] })]
    await perform(planOf(steps), async ({ node }) => {
      order.push(node)
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return { status: 'passed' }
    }, { concurrency: 2 })
    expect(order).toEqual(['a', 'c', 'b'])
  })
})
