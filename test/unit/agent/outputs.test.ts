import { describe, expect, it } from 'vitest'
import { createOutputsGate } from '../../../src/agent/outputs.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { ports } from './rig.ts'

const SLOW: typeof ports.patterns = {
  ...ports.patterns,
  test: async (pattern, flags, text) => ports.patterns.test(pattern, flags, text, 100),
}

async function check(outputs: Record<string, JsonObject>, input: JsonObject): Promise<unknown> {
  const checked = await createOutputsGate(outputs, SLOW).check(input)
  return checked.ok ? checked.value : checked.error
}

describe('the outputs of an agent', () => {
  const OUTPUTS = { approach: { type: 'string' }, files: { type: 'array', items: { type: 'string' } } }

  it('are told to the model as one object, all required and no others', () => {
    expect(createOutputsGate(OUTPUTS, ports.patterns).spec.input).toEqual({
      type: 'object', properties: OUTPUTS, required: ['approach', 'files'], additionalProperties: false,
    })
  })

  it('are taken when they fit', async () => {
    expect(await check(OUTPUTS, { approach: 'a', files: ['x'] })).toEqual({ approach: 'a', files: ['x'] })
  })

  it('are refused with all that is wrong', async () => {
    expect(await check(OUTPUTS, { files: ['x', 3], more: 1 })).toBe(
      [
        'the outputs do not fit their schema:',
        "- the outputs must have required property 'approach'",
        '- the outputs must NOT have additional properties: "more"',
        '- `/files/1` must be string',
      ].join('\n'),
    )
    const many = await check({ all: { type: 'array', items: { type: 'string' } } }, { all: Array.from({ length: 50 }, () => 1) })
    expect(String(many).split('\n').at(-1)).toBe('- and 40 more')
  })

  it('are told which values are allowed', async () => {
    expect(await check({ x: { enum: ['a', 1] } }, { x: 'b' })).toContain('- `/x` must be equal to one of the allowed values: ["a",1]')
  })

  it('may refer to parts of their own schema', async () => {
    const tree = { $defs: { leaf: { type: 'integer' } }, anyOf: [{ $ref: '#/$defs/leaf' }, { type: 'array', items: { $ref: '#' } }] }
    expect(await check({ 'a/b': tree }, { 'a/b': [1, [2, [3]]] })).toEqual({ 'a/b': [1, [2, [3]]] })
    expect(await check({ 'a/b': tree }, { 'a/b': [1, ['x']] })).toContain('must be integer')
  })

  it('let no key `__proto__` through', async () => {
    const input = JSON.parse('{"x":{"a":1,"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}') as JsonObject
    const taken = (await check({ x: { type: 'object' } }, input)) as { x: object }
    expect([Object.keys(taken), Object.keys(taken.x), 'polluted' in taken.x]).toEqual([['x'], ['a'], false])
  })

  it('are judged by their patterns, which cannot run without end', async () => {
    const outputs = { id: { type: 'string', pattern: '^(a+)+$' } }
    expect(await check(outputs, { id: 'aaa' })).toEqual({ id: 'aaa' })
    expect(await check(outputs, { id: 'b' })).toContain('must match pattern')
    expect(await check(outputs, { id: `${'a'.repeat(50)}!` })).toContain('must match pattern')
    expect(await check({ id: { not: { pattern: '^a' } } }, { id: 'b' })).toEqual({ id: 'b' })
    expect(await check({ id: { not: { pattern: '^a' } } }, { id: 'a' })).toContain('must NOT be valid')
    const names = { map: { type: 'object', patternProperties: { '^x\\-': { type: 'integer' } }, additionalProperties: false } }
    expect(await check(names, { map: { 'x-a': 1 } })).toEqual({ map: { 'x-a': 1 } })
    expect(await check(names, { map: { y: 1 } })).toContain('additional properties')
  })

  it.each<[JsonObject, RegExp]>([
    [{ type: 'strng' }, /^the schema of the output `x` is broken: .*type/],
    [{ $ref: '#/$defs/none' }, /^the schema of the output `x` is broken: .*none/],
    [{ $ref: 'https://example.test/schema.json' }, /^the schema of the output `x` is broken: .*example\.test/],
    [{ pattern: '(' }, /^the schema of the output `x` is broken: Invalid regular expression/],
  ])('of a broken schema are the mistake of the author: %j', async (schema, message) => {
    const prepared = await createOutputsGate({ good: { type: 'string' }, x: schema }, ports.patterns).prepare()
    expect(prepared.ok ? '' : prepared.error).toMatch(message)
  })
})
