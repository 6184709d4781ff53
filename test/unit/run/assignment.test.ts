import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentSpec, AgentStep, Pipeline } from '../../../src/pipeline/pipeline.ts'
import { assign } from '../../../src/run/assignment.ts'
import { perform } from '../../rig/engine.ts'
import { agentSpec, agentStep, planOf } from '../../rig/plans.ts'

const words = ['code', 'test', 'prose']
const agents = fc.uniqueArray(fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'), capabilities: fc.subarray(words), priority: fc.nat(2), maxLoad: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
}), { minLength: 1, maxLength: 4, selector: ({ name }) => name })

function team(drawn: readonly Partial<AgentSpec>[]): Pipeline {
  return planOf([], { agents: new Map(drawn.map((one) => [one.name ?? '', agentSpec(one.name ?? '', one)])) }).pipeline
}

describe('the choice of an agent', () => {
  it('is the first of the capable and free ones by priority, load and order, whatever else there is', () => {
    fc.assert(fc.property(agents, fc.subarray(words, { minLength: 1 }), fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3)), (drawn, wanted, loads) => {
      const load = (name: string): number => (Object.hasOwn(loads, name) ? (loads[name] ?? 0) : 0)
      const chosen = assign(team(drawn), agentStep('s', { agent: 'auto', capabilities: wanted }) as AgentStep, [], load)
      const fit = drawn.filter((one) => wanted.every((word) => one.capabilities.includes(word)) && load(one.name) < (one.maxLoad ?? Infinity))
      if (chosen === 'busy') {
        expect(fit).toEqual([])
        return
      }
      const better = (one: (typeof drawn)[number]): number[] => [-one.priority, load(one.name), drawn.indexOf(one)]
      const best = fit.map((one) => ({ name: one.name, rank: better(one) })).sort((one, other) => one.rank.map((value, at) => value - (other.rank[at] ?? 0)).find((value) => value !== 0) ?? 0)
      expect(chosen.agent).toBe(best[0]?.name)
      expect(chosen.candidates.map(({ agent, because }) => [agent, because === 'chosen'])).toEqual(drawn.map(({ name }) => [name, name === chosen.agent]))
    }))
  })

  it('keeps to every bound, leaves nobody waiting for ever, and is told once for each attempt that names no agent itself', async () => {
    await fc.assert(fc.asyncProperty(agents, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }), async (drawn, count, concurrency) => {
      const pipeline = team(drawn)
      const steps = Array.from({ length: count }, (_, at) => agentStep(`s${at}`, at % 2 === 0 ? { agent: 'auto', capabilities: drawn[at % drawn.length]?.capabilities.slice(0, 1) ?? [] } : { agent: drawn[at % drawn.length]?.name ?? '' }))
      const working = new Map<string, number>()
      const { run, journal } = await perform(planOf(steps, { agents: pipeline.agents }), async ({ agent }) => {
        const name = agent ?? ''
        working.set(name, (working.get(name) ?? 0) + 1)
        expect(working.get(name)).toBeLessThanOrEqual(pipeline.agents.get(name)?.maxLoad ?? Infinity)
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        working.set(name, (working.get(name) ?? 0) - 1)
        return { status: 'passed' }
      }, { concurrency })
      expect(run.status).toBe('passed')
      expect(journal.filter(({ type }) => type === 'agent-chosen')).toHaveLength(Math.ceil(count / 2))
    }), { numRuns: 50 })
  })

  it('passes on from retry to backups in their order, for failures that another agent could do better with', async () => {
    const chain = team([{ name: 'a', backup: ['b', 'c'] }, { name: 'b', backup: ['a'] }, { name: 'c' }])
    const step = agentStep('s', { agent: 'a', retry: { attempts: 2, backoffMs: 1, maxDelayMs: 5, on: undefined } })
    const tried = async (code: 'max-turns' | 'model-refused' | 'permission-denied'): Promise<unknown> => {
      const { run } = await perform(planOf([step], { agents: chain.agents }), () => ({ status: 'failed', failure: { code, message: 'no' } }))
      return run.nodes.get('s')?.attempts.map(({ agent }) => agent)
    }
    expect([await tried('max-turns'), await tried('model-refused'), await tried('permission-denied')]).toEqual([['a', 'a', 'b', 'b', 'c', 'c'], ['a', 'b', 'c'], ['a']])
  })
})
