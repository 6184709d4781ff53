import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration } from '../../../src/base/duration.ts'
import type { Json } from '../../../src/base/json.ts'
import { load } from '../../../src/pipeline/load.ts'
import { DURATION } from '../../../src/pipeline/patterns.ts'
import { validate } from '../../../src/pipeline/validator.generated.js'

const WORDS = ['a', 'b', 'bot', 'p/m', 'tests', '5s', '0s', 'x', '', '${{ inputs.a }}', '${{ steps.a.outputs.x }}', '${{', 'replay', 'anthropic', 'choice', 'read-only', 'run', 'junit:x']
const KEYS = [
  'version', 'name', 'inputs', 'env', 'providers', 'limits', 'agents', 'checks', 'workspace', 'steps', 'outputs', 'a', 'b', 'bot', 'p', 'type', 'default', 'options', 'model',
  'tools', 'permissions', 'run', 'agent', 'prompt', 'check', 'needs', 'if', 'matrix', 'include', 'exclude', 'timeout', 'retry', 'on', 'expect', 'report', 'recording', 'prices',
  'verify', 'repair', 'shell', 'link', '__proto__', 'constructor', 'x-y',
]

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json[]>(...WORDS, null, true, 0, 1, -1, 1.5, 1e300),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}))

/** Things that look like a pipeline, wrong in every way. */
const pipelines = fc.array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs) as Json)
const stepsLike = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 4 }), { minKeys: 1 }).map((steps) => ({ steps }))

test('nothing that looks like a pipeline breaks us, and every mistake of form is told', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(pipelines, stepsLike), async (json) => {
    const { pipeline, diagnostics } = await load(JSON.stringify(json), 'p.yml')
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
    expect(pipeline === undefined).toBe(errors.length > 0)
    if (!validate(json)) expect(errors.length).toBeGreaterThan(0)
    for (const { line, column, end_line: endLine, end_column: endColumn, message, help } of diagnostics) {
      expect(line < endLine || (line === endLine && column < endColumn)).toBe(true)
      expect(`${message} ${help ?? ''}`).not.toMatch(/undefined|\[object|\n/)
    }
    const places = diagnostics.map(({ line, column }) => line * 1e6 + column)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  }), { numRuns: 1500 })
})

test('every text is read without an exception', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: fc.constantFrom(...Array.from('steps: a\n{}[]-"\'|>&*!%@`${}x\t\0😀')), maxLength: 60 }), async (text) => {
    const { pipeline, diagnostics } = await load(text, 'p.yml')
    expect(pipeline === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
  }), { numRuns: 500 })
})

test('the form of durations lets pass what can be parsed, and little else', () => {
  const form = new RegExp(DURATION, 'u')
  const texts = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'm', 's', 'h', 'd', ' '), maxLength: 8 })
  fc.assert(fc.property(texts, (text) => {
    if (parseDuration(text) !== undefined) expect(text).toMatch(form)
  }), { numRuns: 2000 })
  for (const text of ['0s', '0m', '5', '5 s', '', 's', '1h 30m', '-1s', '00.0s']) expect(text).not.toMatch(form)
})
