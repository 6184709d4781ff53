import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeFolder } from '../../../src/store/node-folder.ts'

describe('the folder of a node', () => {
  it('bears the name of the node where that is a good name', () => {
    expect(['implement', 'test(node=20,os=linux)', 'a_b-c.1'].map(nodeFolder)).toEqual(['implement', 'test(node=20,os=linux)', 'a_b-c.1'])
  })

  it('is readable and safe where it is not', () => {
    expect(['build/task-1', '../../etc', 'test(os=Ubuntu)', 'test(path=C:\\x y)', ''].map(nodeFolder)).toEqual([
      'build-task-1~f32537643b93', 'etc~74ccf3c5b4c1', 'test(os=Ubuntu)~6012837975de', 'test(path=C-x-y)~b8752654cc04', '~e3b0c44298fc',
    ])
  })

  it('is another for another node, and never leaves its place', () => {
    const ids = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', 'A', '/', '.', '(', '=', ',', ' ', '\0', '~') }), fc.string({ unit: 'binary', minLength: 60, maxLength: 200 }))
    fc.assert(fc.property(ids, ids, (one, other) => {
      const name = nodeFolder(one)
      expect(name).toMatch(/^[A-Za-z0-9._=,()~-]{1,93}$/)
      expect(['.', '..']).not.toContain(name)
      if (one !== other) expect(name.toLowerCase()).not.toBe(nodeFolder(other).toLowerCase())
    }), { numRuns: 300 })
  })
})
