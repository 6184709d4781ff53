import { describe, expect, it } from 'vitest'
import { conditionExpression, hasExpression, scanTemplate } from '../../../src/pipeline/template.ts'

const sources = (text: string): unknown[] => scanTemplate(text).map((segment) => (segment.kind === 'text' ? segment.text : [segment.source, segment.closed]))

describe('scanTemplate', () => {
  it('splits a text into what stands outside and inside of expressions', () => {
    expect(scanTemplate('a ${{ b }} c')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'expression', source: ' b ', start: 5, end: 8, closed: true },
      { kind: 'text', text: ' c' },
    ])
  })

  it('gives the offsets of the source', () => {
    const text = 'x${{ one }}${{two}}'
    const found = scanTemplate(text).flatMap((segment) => (segment.kind === 'expression' ? [text.slice(segment.start, segment.end)] : []))
    expect(found).toEqual([' one ', 'two'])
  })

  it('does not end an expression inside one of its texts', () => {
    expect(sources("${{ '}}' }}!")).toEqual([[" '}}' ", true], '!'])
    expect(sources("${{ 'it''s }}' }}!")).toEqual([[" 'it''s }}' ", true], '!'])
  })

  it('ends an expression that is not closed at its line, and finds the ones behind it', () => {
    expect(sources('a ${{ b\nc ${{ d }}')).toEqual(['a ', [' b', false], '\nc ', [' d ', true]])
    expect(sources("a ${{ 'b }}\nc ${{ d }}")).toEqual(['a ', [" 'b }}", false], '\nc ', [' d ', true]])
    expect(sources('${{ a ${{ b }}')).toEqual([[' a ', false], [' b ', true]])
  })

  it('takes an expression over several lines', () => {
    expect(sources('${{ a &&\n b }}')).toEqual([[' a &&\n b ', true]])
  })

  it('leaves single braces and dollars alone', () => {
    expect(sources('$ { ${ $(( }} {{ a }}')).toEqual(['$ { ${ $(( }} {{ a }}'])
    expect(sources('')).toEqual([])
  })

  it('needs no more than linear time', () => {
    const started = performance.now()
    for (const unit of ['${{', "${{'", "${{ '\n", '${{ a }}', "'${{"]) scanTemplate(unit.repeat(200_000))
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('hasExpression', () => {
  it('knows whether there is any', () => {
    expect([hasExpression('a ${{ b'), hasExpression('${ {a} }')]).toEqual([true, false])
  })
})

describe('conditionExpression', () => {
  it('takes a condition with and without the braces', () => {
    expect(conditionExpression('a == b')).toEqual({ source: 'a == b', start: 0, end: 6, closed: true })
    expect(conditionExpression(' ${{ a }}\n')).toMatchObject({ source: ' a ', start: 4, end: 7, closed: true })
  })

  it('refuses what is more than one expression', () => {
    expect([conditionExpression('${{ a }} && ${{ b }}'), conditionExpression('${{ a }} || true')]).toEqual([undefined, undefined])
  })
})
