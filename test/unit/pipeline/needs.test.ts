import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { findCycles } from '../../../src/pipeline/cycle.ts'
import { createNeeds } from '../../../src/pipeline/needs.ts'

const graph = (edges: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> => new Map(Object.entries(edges))

describe('needs', () => {
  it('puts every step behind what it needs, ties in the order of the file', () => {
    expect(createNeeds(graph({ c: ['a', 'b'], a: [], d: [], b: ['a'] })).order).toEqual(['a', 'd', 'b', 'c'])
  })

  it('knows what is needed however indirectly, and passes over what is no step', () => {
    const needs = createNeeds(graph({ a: ['nothing'], b: ['a', 'a'], c: ['b'], d: [] }))
    expect([...needs.ancestors('c')]).toEqual(['a', 'b'])
    expect([needs.needs('c', 'a'), needs.needs('a', 'c'), needs.needs('c', 'd'), needs.needs('c', 'nothing'), needs.needs('d', 'a')]).toEqual([true, false, false, false, false])
  })

  it('leaves cycles and what is below them out of the order', () => {
    const needs = createNeeds(graph({ a: ['b'], b: ['a'], c: ['b'], d: [] }))
    expect(needs.order).toEqual(['d'])
    expect(needs.needs('c', 'd')).toBe(true)
  })

  it('is not troubled by a chain of ten thousand', () => {
    const chain = new Map(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, i > 0 ? [`s${i - 1}`] : []]))
    const needs = createNeeds(chain)
    expect([needs.order.length, needs.ancestors('s9999').size, needs.needs('s9999', 's0'), needs.needs('s0', 's9999')]).toEqual([10_000, 9999, true, false])
  })
})

describe('cycles', () => {
  it('are the shortest of each knot, from its first step on', () => {
    expect(findCycles(graph({ z: ['a'], a: ['b'], b: ['c', 'a'], c: ['a'], d: ['e'], e: ['d'], f: ['f'] }))).toEqual([['a', 'b'], ['d', 'e']])
  })

  it('of ten thousand steps do not overflow', () => {
    const ring = new Map(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, [`s${(i + 1) % 10_000}`]]))
    expect(findCycles(ring).map((cycle) => cycle.length)).toEqual([10_000])
  })

  test('are found exactly where no order exists, and each of their edges is a need', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const graphs = fc.array(fc.subarray(names), { minLength: names.length, maxLength: names.length })
      .map((needs) => new Map(names.map((name, i) => [name, (needs[i] ?? []).filter((need) => need !== name)])))
    fc.assert(fc.property(graphs, (steps) => {
      const cycles = findCycles(steps)
      expect(cycles.length > 0).toBe(createNeeds(steps).order.length < steps.size)
      for (const cycle of cycles) for (const [at, id] of cycle.entries()) expect(steps.get(id)).toContain(cycle[(at + 1) % cycle.length])
    }))
  })
})
