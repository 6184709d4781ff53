import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/document/suggest.ts'

const KEYS = ['version', 'name', 'description', 'inputs', 'env', 'providers', 'routes', 'limits', 'mcp', 'agents', 'checks', 'workspace', 'steps', 'outputs', 'if', 'run', 'needs', 'timeout', 'max_turns', 'read-only', 'eslint-json', 'api_key_env', 'permissions']

describe('nearest', () => {
  it.each([
    ['step', 'steps'], ['stpes', 'steps'], ['STEPS', 'steps'], ['st\u200Beps', 'steps'], ['ѕteps', 'steps'], ['ｓｔｅｐｓ', 'steps'], ['tiemout', 'timeout'], ['rnu', 'run'],
    ['permission', 'permissions'], ['api_key_evn', 'api_key_env'], ['readonly', 'read-only'], ['eslint', 'eslint-json'], ['max-turns', 'max_turns'], ['maxTurns', 'max_turns'], ['runs-on', 'run'],
    ['need', 'needs'], ['verison', 'version'],
  ])('takes %s for %s', (word, expected) => {
    expect(nearest(word, KEYS)).toBe(expected)
  })

  it.each(['on', 'jobs', 'x', '', '\u200B', 'constructor', 'zzzzzz'])('takes %j for nothing', (word) => {
    expect(nearest(word, KEYS)).toBeUndefined()
  })

  it('never gives the word itself, and takes the nearest of several', () => {
    expect(nearest('test', ['test', 'text', 'tests'])).toBe('text')
    expect(nearest('chekcs', ['checkers', 'checks'])).toBe('checks')
  })

  it('gives up on long words at once', () => {
    expect(nearest('a'.repeat(1_000_000), KEYS)).toBeUndefined()
    expect(nearest('steps', ['s'.repeat(1_000_000)])).toBeUndefined()
  })

  it('gives a candidate or nothing, for any words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (word, candidates) => {
        const found = nearest(word, candidates)
        expect(found === undefined || candidates.includes(found)).toBe(true)
      }),
    )
  })
})
