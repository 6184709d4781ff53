import { describe, expect, it } from 'vitest'
import { perform } from '../../rig/engine.ts'
import type { Behaviour } from '../../rig/engine.ts'
import { LIMITS, planOf, runStep } from '../../rig/plans.ts'
import type { Run } from '../../../src/run/run.ts'

const passing: Behaviour = () => ({ status: 'passed' })
const failing = (...ids: string[]): Behaviour => (task) =>
  ids.includes(task.step.id) ? { status: 'failed', failure: { code: 'exit-code', message: 'the script exited with code 1', exitCode: 1 } } : { status: 'passed' }

function statuses(run: Run): Record<string, string> {
  return Object.fromEntries([...run.nodes.values()].map((node) => [node.id, node.status]))
}

describe('the engine', () => {
  it('runs a step only after all that it needs', async () => {
    const order: string[] = []
    const plan = planOf([runStep('c', ['a', 'b']), runStep('a'), runStep('b', ['a'])])
    const { run } = await perform(plan, (task) => { order.push(task.node); return { status: 'passed' } })
    expect(order).toEqual(['a', 'b', 'c'])
    expect(run.status).toBe('passed')
    expect(run.exitCode).toBe(0)
  })

  it('skips what needs a failed step, lets the rest go on, and fails', async () => {
    const plan = planOf([runStep('a'), runStep('b', ['a']), runStep('c', ['b']), runStep('other')])
    const { run } = await perform(plan, failing('a'))
    expect(statuses(run)).toEqual({ a: 'failed', b: 'skipped', c: 'skipped', other: 'passed' })
    expect(run.nodes.get('c')?.skipped).toEqual({ kind: 'blocked', need: 'b' })
    expect([run.status, run.exitCode]).toEqual(['failed', 1])
  })

  it('goes on after a failed step that may fail', async () => {
    const plan = planOf([runStep('a', [], { continueOnError: true }), runStep('b', ['a'])])
    const { run } = await perform(plan, failing('a'))
    expect(statuses(run)).toEqual({ a: 'failed', b: 'passed' })
    expect(run.exitCode).toBe(0)
  })

  it('tries again after the backoff, doubled each time and capped, and counts attempts', async () => {
    const retry = { attempts: 4, backoffMs: 1000, maxDelayMs: 3000, on: undefined }
    const starts: number[] = []
    const plan = planOf([runStep('a', [], { retry })])
    const { run, journal } = await perform(plan, failing('a'))
    for (const event of journal) if (event.type === 'attempt-started') starts.push(event.at)
    expect(starts.map((at) => at - (starts[0] ?? 0))).toEqual([0, 1000, 3000, 6000])
    expect(run.nodes.get('a')?.attempts.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'failed', 'failed'])
  })

  it('does not try again what cannot end otherwise, or what the author did not name', async () => {
    const retry = { attempts: 3, backoffMs: 1, maxDelayMs: 1, on: ['timeout'] }
    const { run } = await perform(planOf([runStep('a', [], { retry })]), failing('a'))
    expect(run.nodes.get('a')?.attempts).toHaveLength(1)
    const refused: Behaviour = () => ({ status: 'failed', failure: { code: 'model-refused', message: 'no' } })
    const again = await perform(planOf([runStep('a', [], { retry: { ...retry, on: undefined } })]), refused)
    expect(again.run.nodes.get('a')?.attempts).toHaveLength(1)
  })

  it('ends an attempt at the timeout of its step', async () => {
    const waiting: Behaviour = async (_task, io) => {
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve))
      return { status: 'cancelled' }
    }
    const { run } = await perform(planOf([runStep('a', [], { timeoutMs: 5000 })]), waiting)
    expect(run.nodes.get('a')?.failure).toEqual({ code: 'timeout', message: 'it did not end within its timeout', afterMs: 5000 })
    expect(run.nodes.get('a')?.status).toBe('failed')
  })

  it('never runs more at once than it may', async () => {
    let now = 0
    let most = 0
    const counting: Behaviour = async () => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return { status: 'passed' }
    }
    await perform(planOf(Array.from({ length: 20 }, (_, index) => runStep(`s${index}`))), counting, { concurrency: 3 })
    expect(most).toBe(3)
  })

  it('stops at a signal: running attempts are asked, nothing starts, the code is 128+n', async () => {
    const waiting: Behaviour = async (_task, io) => {
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve))
      return { status: 'cancelled' }
    }
    const plan = planOf([runStep('a'), runStep('b', ['a'])])
    const { run } = await perform(plan, waiting, {
      onEvent: (event, engine) => { if (event.type === 'attempt-started') engine.stop({ kind: 'signal', signal: 'SIGINT' }) },
    })
    expect(statuses(run)).toEqual({ a: 'cancelled', b: 'pending' })
    expect([run.status, run.exitCode]).toEqual(['cancelled', 130])
  })

  it('does not wait for an attempt that will not end', async () => {
    const deaf: Behaviour = async () => new Promise(() => {})
    const { run } = await perform(planOf([runStep('a')]), deaf, {
      onEvent: (event, engine) => { if (event.type === 'attempt-started') engine.stop({ kind: 'signal', signal: 'SIGTERM' }) },
    })
    expect([run.status, run.exitCode]).toEqual(['cancelled', 143])
    expect(run.nodes.get('a')?.status).toBe('cancelled')
  })

  it('ends with 3 when the run takes too long', async () => {
    const waiting: Behaviour = async (_task, io) => {
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve))
      return { status: 'cancelled' }
    }
    const plan = planOf([runStep('a')], { limits: { ...LIMITS, timeoutMs: 2000 } })
    const { run } = await perform(plan, waiting)
    expect([run.status, run.exitCode]).toEqual(['cancelled', 3])
  })

  it('stops at the budget with 3 and lets running attempts end by themselves', async () => {
    const plan = planOf([runStep('poor'), runStep('rich'), runStep('later', ['rich'])])
    const { run } = await perform(plan, async (task) => {
      if (task.node === 'poor') return { status: 'failed', failure: { code: 'budget-exceeded', message: 'no money', scope: 'run' } }
      await new Promise((resolve) => setImmediate(resolve))
      return { status: 'passed' }
    })
    expect(statuses(run)).toEqual({ poor: 'failed', rich: 'passed', later: 'pending' })
    expect([run.status, run.exitCode]).toEqual(['failed', 3])
  })

  it('turns a stranger\'s exception into the failure `internal`', async () => {
    const { run } = await perform(planOf([runStep('a')]), () => { throw new Error('boom') })
    expect(run.nodes.get('a')?.failure).toEqual({ code: 'internal', message: 'boom' })
  })

  it('confirms an event only when it is durable, and shows nothing before', async () => {
    const seen: string[] = []
    const plan = planOf([runStep('a')])
    await perform(plan, async (_task, io) => {
      await io.emit({ type: 'call-reserved', call: 'c1', provider: 'p', model: 'm', hold: '5' })
      seen.push('confirmed')
      return { status: 'passed' }
    }, { onEvent: (event) => seen.push(event.type) })
    expect(seen).toEqual(['run-started', 'attempt-started', 'call-reserved', 'confirmed', 'attempt-ended', 'run-finished'])
  })

  it('ends with the error when the journal cannot be written', async () => {
    const plan = planOf([runStep('a')])
    await expect(perform(plan, passing, { appendFails: (events) => events.some((event) => event.type === 'attempt-ended') })).rejects.toThrow('disk full')
  })

  it('carries commits along the needs: own ones, else what was seen', async () => {
    const seen: Record<string, readonly string[]> = {}
    const plan = planOf([runStep('base'), runStep('x', ['base']), runStep('look', ['x']), runStep('y', ['base']), runStep('both', ['y', 'look', 'x'])])
    await perform(plan, (task) => {
      seen[task.node] = task.inherited
      return { status: 'passed', commit: task.node === 'look' ? null : `sha-${task.node}` }
    })
    expect(seen).toEqual({ base: [], x: ['sha-base'], look: ['sha-x'], y: ['sha-base'], both: ['sha-y', 'sha-x'] })
  })
})
