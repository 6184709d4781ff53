import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../../src/base/json.ts'
import type { Json } from '../../../src/base/json.ts'
import { createFit } from '../../../src/pipeline/fits.ts'
import type { BareSchema } from '../../../src/pipeline/fits.ts'
import { shape } from '../../../src/pipeline/shape.generated.js'
import { validate } from '../../../src/pipeline/validator.generated.js'

const fits = createFit(shape)

/** The words that the test knows how to put to the test; the values below some of them are no schemas. */
const KNOWN = new Set([
  '$schema', '$id', '$ref', '$defs', 'type', 'const', 'enum', 'pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'minItems', 'maxItems', 'minProperties', 'required', 'properties',
  'patternProperties', 'additionalProperties', 'propertyNames', 'items', 'allOf', 'anyOf', 'not', 'if', 'then', 'else',
])
const NAMES = new Set(['properties', 'patternProperties', '$defs'])

function wordsOf(schema: unknown, areNames = false): string[] {
  if (Array.isArray(schema)) return schema.flatMap((part) => wordsOf(part))
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([word, part]) => {
    const below = word === 'const' || word === 'enum' ? [] : wordsOf(part, !areNames && NAMES.has(word))
    return areNames ? below : [word, ...below]
  })
}

const TEXTS = ['a', 'b', 'bot', 'p/m', 'tests', '5s', '', '${{ inputs.a }}', 'replay', 'anthropic', 'openai-compatible', 'choice', 'read-only', 'run', 'junit:x', 'inherit', 'command']
const KEYS = [
  'version', 'name', 'inputs', 'env', 'providers', 'routes', 'limits', 'agents', 'checks', 'workspace', 'defaults', 'steps', 'outputs', 'a', 'b', 'x-y', 'type', 'default', 'options', 'model',
  'route', 'tools', 'run', 'agent', 'prompt', 'prompt_file', 'pipeline', 'approve', 'check', 'needs', 'if', 'matrix', 'include', 'exclude', 'timeout', 'retry', 'on', 'attempts', 'expect', 'report',
  'recording', 'prices', 'verify', 'repair', 'shell', 'link', 'executor', 'instructions', 'instructions_file', '__proto__', 'constructor',
]
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json[]>(...TEXTS, null, true, 0, 1, -1, 1.5, 1e300),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}))
const good = fc.record({
  needs: fc.constantFrom<Json[]>('b', ['b']), timeout: fc.constant('5m'), env: fc.constant({ A: 1 }), if: fc.constantFrom<Json[]>(true, 'success()'), retry: fc.constant({ attempts: 2 }),
  matrix: fc.constantFrom<Json[]>({ a: [1, 'x'] }, '${{ inputs.a }}'), workspace: fc.constant('inherit'), continue_on_error: fc.boolean(), outputs: fc.constant({ a: { type: 'string' } }),
}, { requiredKeys: [] })
const step = fc.tuple(good, fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 2 }) }))
  .map(([right, wrong]) => ({ run: 'true', ...right, ...wrong }))
const pipeline = fc.record({
  steps: fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'b') }, { weight: 1, arbitrary: fc.constant('A') }), fc.oneof(step, fc.constant({ run: 'true' }))), agents: fc.dictionary(fc.constantFrom('a', '0'), value, { maxKeys: 1 }),
  providers: fc.dictionary(fc.constantFrom('p'), fc.oneof(value, fc.record({ type: fc.constantFrom(...TEXTS), recording: fc.constant('r') }, { requiredKeys: ['type'] })), { maxKeys: 1 }),
}, { requiredKeys: ['steps'] })

describe('fits', () => {
  it('knows every word of the schema', () => {
    expect([...new Set(wordsOf(shape))].filter((word) => !KNOWN.has(word))).toEqual([])
  })

  it('is of one mind with the validator that tells all mistakes', () => {
    let valid = 0
    fc.assert(fc.property(fc.oneof({ weight: 1, arbitrary: value }, { weight: 4, arbitrary: pipeline }), (json) => {
      const isValid = validate(json)
      if (isValid) valid += 1
      expect(fits(json)).toBe(isValid)
    }), { numRuns: 4000 })
    expect(valid).toBeGreaterThan(100)
  })

  it.each<[BareSchema, Json, Json]>([
    [{ type: 'integer' }, 2, 2.5],
    [{ type: ['string', 'null'] }, null, false],
    [{ type: 'number' }, 1.5, '1'],
    [{ const: 'a' }, 'a', 'b'],
    [{ enum: ['a', 1] }, 1, '1'],
    [{ pattern: '^\\p{Lu}$' }, 'Ä', 'ä'],
    [{ minimum: 1, maximum: 2 }, 2, 3],
    [{ exclusiveMinimum: 0 }, 0.1, 0],
    [{ minItems: 1, items: { type: 'string' } }, ['a'], [1]],
    [{ minItems: 2 }, 'a', ['a']],
    [{ maxItems: 1 }, ['a'], ['a', 'b']],
    [{ minProperties: 1 }, { a: 1 }, {}],
    [{ required: ['constructor'] }, { constructor: 1 }, {}],
    [{ properties: { a: false }, patternProperties: { '^x-': true }, additionalProperties: { type: 'null' } }, { 'x-a': 1, b: null }, { a: 1 }],
    [{ propertyNames: { pattern: '^a' } }, { ab: 1 }, { b: 1 }],
    [{ allOf: [true, { type: 'string' }] }, '', 1],
    [{ anyOf: [{ const: 1 }, { const: 2 }] }, 2, 3],
    [{ not: { required: ['a'] } }, { b: 1 }, { a: 1 }],
    [JSON.parse('{ "if": { "const": 1 }, "then": false }') as BareSchema, 2, 1],
    [{ if: { const: 1 }, else: { const: 2 } }, 1, 3],
    [{ $ref: '#/$defs/list', $defs: { list: { anyOf: [{ const: 0 }, { type: 'array', items: { $ref: '#/$defs/list' } }] } } }, [[0], []], [[1]]],
  ])('of %j lets pass %j and not %j', (schema, good, bad) => {
    const fit = createFit(schema)
    expect([fit(good), fit(bad)]).toEqual([true, false])
  })
})
