import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import { resolveInputs } from '../../../src/pipeline/inputs.ts'
import type { Given } from '../../../src/pipeline/inputs.ts'
import type { InputSpec } from '../../../src/pipeline/pipeline.ts'

function spec(name: string, rest: Partial<InputSpec> = {}): InputSpec {
  return { name, type: 'string', options: [], required: false, default: undefined, description: undefined, secret: false, ...rest }
}

const INPUTS = new Map([
  spec('task', { required: true }), spec('n', { type: 'number', default: 1 }), spec('dry', { type: 'boolean', default: false }),
  spec('risk', { type: 'choice', options: ['low', 'high'], default: 'low' }), spec('data', { type: 'json' }), spec('token', { type: 'number', secret: true }),
].map((input) => [input.name, input]))

const texts = (given: Readonly<Record<string, string>>): Map<string, Given> => new Map(Object.entries(given).map(([name, text]) => [name, { kind: 'text', text }]))
const values = (given: Readonly<Record<string, Json>>): Map<string, Given> => new Map(Object.entries(given).map(([name, value]) => [name, { kind: 'value', value }]))

describe('inputs', () => {
  it('are typed from the command line', () => {
    expect(resolveInputs({ inputs: INPUTS }, texts({ task: 'a=b', n: '-2.5e1', dry: 'true', risk: 'high', data: '{"a":[1]}' }))).toEqual({
      ok: true, value: { task: 'a=b', n: -25, dry: true, risk: 'high', data: { a: [1] }, token: null },
    })
  })

  it('are taken as they are from a file, and from their defaults', () => {
    expect(resolveInputs({ inputs: INPUTS }, values({ task: '5', data: { a: null } }))).toEqual({
      ok: true, value: { task: '5', n: 1, dry: false, risk: 'low', data: { a: null }, token: null },
    })
  })

  it('are refused all at once', () => {
    expect(resolveInputs({ inputs: INPUTS }, texts({ n: 'abc', dry: 'yes', risk: 'hihg', data: '{"a":', taks: 'x', zzz: 'y' }))).toEqual({
      ok: false,
      error: [
        'the pipeline has no input `taks`, did you mean `task`?',
        'the pipeline has no input `zzz`, it has `task`, `n`, `dry`, `risk`, `data`, `token`',
        'the input `task` is required and was not given',
        'the input `n` must be a number, not `abc`',
        'the input `dry` must be `true` or `false`, not `yes`',
        'the input `risk` must be `low` or `high`, not `hihg`, did you mean `high`?',
        'the input `data` must be valid JSON, not `{"a":`',
      ],
    })
  })

  it('of a file must have the type themselves', () => {
    expect(resolveInputs({ inputs: INPUTS }, values({ task: 5, n: '1', dry: 'true', risk: ['low'] }))).toEqual({
      ok: false,
      error: [
        'the input `task` must be a text, not `5`', 'the input `n` must be a number, not `1`', 'the input `dry` must be `true` or `false`, not `true`',
        'the input `risk` must be `low` or `high`, not `["low"]`',
      ],
    })
  })

  it('are no numbers when they only look like one', () => {
    for (const text of ['', ' ', '0x10', 'Infinity', 'NaN', '1_000', '1e999', '--1']) expect(resolveInputs({ inputs: INPUTS }, texts({ task: 'x', n: text })).ok, text).toBe(false)
  })

  it('are not found on the prototype of anything', () => {
    expect(resolveInputs({ inputs: new Map() }, new Map([['__proto__', { kind: 'text', text: '1' }]]))).toEqual({ ok: false, error: ['the pipeline has no input `__proto__`, it has none'] })
  })

  it('keep the value of a secret to themselves', () => {
    expect(resolveInputs({ inputs: INPUTS }, texts({ task: 'x', token: 'hush' }))).toEqual({ ok: false, error: ['the input `token` must be a number'] })
  })
})
