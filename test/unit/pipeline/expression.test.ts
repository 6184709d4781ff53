import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import { loadExpressions } from '../../../src/pipeline/expression-load.ts'
import type { Scope } from '../../../src/pipeline/expression.ts'

const expressions = await loadExpressions()

const scope = (contexts: Record<string, Json> = {}, succeeded = true): Scope => ({
  contexts: { inputs: {}, env: {}, matrix: {}, run: { id: 'r1', attempt: 1, pipeline: 'p' }, git: {}, github: {}, secrets: {}, steps: {}, ...contexts },
  status: { success: () => succeeded, failure: () => !succeeded, cancelled: () => false },
})

const value = (source: string, contexts?: Record<string, Json>): Json | string => {
  const result = expressions.evaluate(source, scope(contexts))
  return result.ok ? result.value : `! ${result.error}`
}

describe('evaluate', () => {
  it.each<[string, Json]>([
    ["'it''s a ''b'''", "it's a 'b'"],
    ['1.50', 1.5],
    ['0xff', 255],
    ['-2.99e-2', -0.0299],
    ["'' == 0", true],
    ["null == 0", true],
    ['true == 1', true],
    ["'abc' == 'ABC'", true],
    ["'a' == 1", false],
    ["!''", true],
    ["'a' && 'b'", 'b'],
    ["'' || 'b'", 'b'],
    ["1 < 2 && '10' > 9", true],
    ["contains('Hello', 'ELL')", true],
    ["contains(fromJSON('[1, 2]'), 2)", true],
    ["startsWith('Hello', 'he')", true],
    ["endsWith('Hello', 'LO')", true],
    ["format('{0}-{1}-{{x}}', 'a', 2)", 'a-2-{x}'],
    ["join(fromJSON('[\"a\", 1, true, null]'), '-')", 'a-1-true-'],
    ["fromJSON('{\"a\": [1, {\"b\": null}]}')", { a: [1, { b: null }] }],
    ["fromJSON('{\"a\": [{\"n\": 1}, {\"n\": 2}]}').a.*.n", [1, 2]],
    ["fromJSON('[10, 20]')[1]", 20],
    ["toJSON(fromJSON('{\"2\": 1, \"a\": []}'))", '{\n  "2": 1,\n  "a": []\n}'],
    ["case(false, 1, true, 2, 3)", 2],
  ])('gives %s its value as GitHub does', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it('gives null for what is not there', () => {
    expect([value('inputs.x'), value('inputs.x.y.z'), value('inputs[0]'), value('steps.a.outputs.b')]).toEqual([null, null, null, null])
  })

  it('does not distinguish the case of names', () => {
    expect(value('INPUTS.Task', { inputs: { tASK: 'a' } })).toBe('a')
    expect(value('env.path', { env: { PATH: 'big', path: 'small' } })).toBe('small')
  })

  it('keeps keys that objects inherit names of', () => {
    const inputs = JSON.parse('{"constructor": "c", "toString": "t", "__proto__": {"p": 1}}') as Json
    expect([value('inputs.constructor', { inputs }), value('inputs.toString', { inputs }), value("inputs['__proto__'].p", { inputs })]).toEqual(['c', 't', 1])
    expect([value('inputs.constructor'), value('inputs.__proto__'), value('inputs.valueOf')]).toEqual([null, null, null])
    expect(value("toJSON(fromJSON('{\"__proto__\": 1}'))")).toBe('{\n  "__proto__": 1\n}')
    expect(({} as Record<string, unknown>).p).toBeUndefined()
  })

  it('does not call what is no function of the language', () => {
    expect([value("constructor('x')"), value('__proto__()'), value('hasOwnProperty(1)')]).toEqual([
      '! there is no function `constructor`', '! there is no function `__proto__`', '! there is no function `hasOwnProperty`',
    ])
  })

  it('knows an object as equal to itself only', () => {
    const inputs = { a: { x: 1 }, b: { x: 1 } }
    expect([value('inputs.a == inputs.a', { inputs }), value('inputs.a == inputs.b', { inputs })]).toEqual([true, false])
  })

  it('bounds texts and depths instead of filling the memory', () => {
    const tenfold = `'${'{0}'.repeat(10)}'`
    let bomb = "'xxxxxxxxxx'"
    for (let times = 0; times < 20; times += 1) bomb = `format(${tenfold}, ${bomb})`
    expect(value(bomb)).toMatch(/^! a text would become longer than/)
    let doubled = "'\\'"
    for (let times = 0; times < 40; times += 1) doubled = `toJSON(${doubled})`
    expect(value(doubled)).toMatch(/^! a text would become longer than/)
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    expect(value('fromJSON(inputs.x)', { inputs: { x: deep } })).toBe('! the value nests deeper than 100 levels')
    expect(value('fromJSON(inputs.x)[0]', { inputs: { x: '[[1]]' } })).toEqual([1])
  })

  it('does not overflow on long chains', () => {
    expect(value(Array.from({ length: 5000 }, () => '1').join('=='))).toMatch(/too deeply/)
    expect(value('('.repeat(60) + ')'.repeat(60))).toMatch(/too deeply/)
    expect(value('!'.repeat(60) + '1')).toMatch(/too deeply/)
    expect(value(Array.from({ length: 4000 }, () => '1').join('||'))).toBe(1)
    expect(value(`'${'x'.repeat(21_000)}'`)).toMatch(/characters, 21000 are allowed/)
    expect(value(`inputs.*${'.*'.repeat(40)}`, { inputs: { a: Array.from({ length: 200_000 }, () => 1) } })).toEqual([])
  })

  it('tells what failed without the values', () => {
    expect([value("fromJSON('')"), value("fromJSON(inputs.s)", { inputs: { s: 'secret{' } }), value("format(inputs.s, 1)", { inputs: { s: 'secret{9}' } }), value("inputs[fromJSON('x')]"), value("case('a', 1, 2)"), value('nope.x')]).toEqual([
      '! `fromJSON` was given an empty text',
      '! `fromJSON` was given a text that is no JSON',
      '! the text of `format` names more values than it was given',
      '! `fromJSON` was given a text that is no JSON',
      '! a condition of `case` is neither true nor false',
      '! there is no context `nope` here',
    ])
  })
})

describe('render and text', () => {
  const contexts = { inputs: { n: 2.5, b: true, o: { a: [1, 'x'] }, s: 'text', z: null, big: 1e21, tiny: 0.1 + 0.2 } }
  it('gives the typed value where the template is one expression', () => {
    expect(expressions.render('${{ inputs.o }}', scope(contexts))).toEqual({ ok: true, value: { a: [1, 'x'] } })
    expect(expressions.render('${{ inputs.b }}', scope(contexts))).toEqual({ ok: true, value: true })
    expect(expressions.render('plain', scope(contexts))).toEqual({ ok: true, value: 'plain' })
  })

  it('gives a text otherwise', () => {
    expect(expressions.render('n=${{ inputs.n }} b=${{ inputs.b }} z=${{ inputs.z }} s=${{ inputs.s }} o=${{ inputs.o }} ${{ inputs.tiny }}', scope(contexts))).toEqual({
      ok: true, value: 'n=2.5 b=true z= s=text o={"a":[1,"x"]} 0.3',
    })
    expect(expressions.text('${{ inputs.n }}', scope(contexts))).toEqual({ ok: true, value: '2.5' })
  })

  it('does not evaluate what a value holds', () => {
    expect(expressions.text('${{ inputs.s }}', scope({ inputs: { s: '${{ secrets.KEY }}' }, secrets: { KEY: 'k' } }))).toEqual({ ok: true, value: '${{ secrets.KEY }}' })
  })

  it('fails where an expression does', () => {
    expect(expressions.text('a ${{ b', scope())).toEqual({ ok: false, error: 'an expression does not end, `}}` is missing' })
    expect(expressions.text('a ${{ }}', scope())).toEqual({ ok: false, error: 'the expression is empty' })
  })
})

describe('condition', () => {
  const holds = (source: string, succeeded: boolean): unknown => {
    const result = expressions.condition(source, scope({ inputs: { a: 'x' } }, succeeded))
    return result.ok ? result.value : result.error
  }

  it('means success() where it asks for no status', () => {
    expect([holds('true', true), holds('true', false), holds("${{ inputs.a == 'x' }}", true), holds("${{ inputs.a == 'x' }}", false)]).toEqual([true, false, true, false])
  })

  it('decides itself where it asks', () => {
    expect([holds('always()', false), holds('failure()', false), holds('failure()', true), holds("${{ Always() && inputs.a == 'x' }}", false), holds('!cancelled()', false), holds('success()', false)]).toEqual([true, true, false, true, true, false])
  })

  it('knows what is true as GitHub does', () => {
    expect(["''", "'0'", "'false'", '0', '-0', 'NaN', 'null', "fromJSON('[]')", "fromJSON('{}')"].map((source) => holds(source, true))).toEqual([false, true, true, false, false, false, false, true, true])
  })

  it('refuses more than one expression', () => {
    expect(holds('${{ true }} && ${{ false }}', true)).toBe('a condition is one expression, `${{ … }}` or without it')
  })
})

describe('parse', () => {
  const fault = (source: string): unknown => {
    const parsed = expressions.parse(source)
    return parsed.ok ? 'ok' : [parsed.error.code, source.slice(parsed.error.start, parsed.error.end)]
  }

  it.each<[string, unknown]>([
    ['inputs.a', 'ok'],
    ['unknown.a', 'ok'],
    ['  ', ['expression-empty', '  ']],
    ['a == "x"', ['expression-double-quotes', '"x"']],
    ["a == 'x", ['expression-syntax', "'x"]],
    ['a = b', ['expression-syntax', '=']],
    ['a & b', ['expression-syntax', '&']],
    ['a + 1', ['expression-syntax', '+']],
    ['a-1 == +b', ['expression-syntax', '+b']],
    ['process.exit(0)', ['expression-syntax', '(']],
    ["'two\nlines' == b c", ['expression-syntax', 'c']],
    ['a ==', ['expression-syntax', '=']],
    ['contains(a', ['expression-syntax', 'a']],
    ['a.{b}', ['expression-syntax', '{b}']],
  ])('finds the place of what is wrong in %j', (source, expected) => {
    expect(fault(source)).toEqual(expected)
  })

  it('knows the places of names over lines and escaped quotes', () => {
    const source = "'it''s\n' ==\n  inputs.task"
    const parsed = expressions.parse(source)
    expect(parsed.ok && parsed.value.term).toMatchObject({ kind: 'operation', operands: [{ value: "it's\n" }, { start: source.indexOf('inputs'), end: source.length }] })
  })
})
