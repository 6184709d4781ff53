import { describe, expect, it } from 'vitest'
import type { DocumentPath } from '../../../src/document/document.ts'
import { keySpanAt, nodeAt, pathPlace } from '../../../src/document/locate.ts'
import { parse } from '../../../src/document/parse.ts'

const text = [
  '# comment',
  'steps: &s',
  '  a: { run: "true", needs: [b, "c"] }',
  '  empty:',
  '  script: |-  # x | y',
  '    one',
  '    two',
  '',
  '  list:',
  '    - - 1',
  '    -',
  '    - k: v',
  'copy: *s',
].join('\n')
const { document } = parse(text, 'ci.yml')

function source(path: DocumentPath): string | undefined {
  const span = nodeAt(document, path)?.span
  return span && text.slice(span.start, span.end)
}

describe('spans of nodes', () => {
  it.each<[DocumentPath, string]>([
    [['steps', 'a'], '{ run: "true", needs: [b, "c"] }'],
    [['steps', 'a', 'run'], '"true"'],
    [['steps', 'a', 'needs'], '[b, "c"]'],
    [['steps', 'a', 'needs', 1], '"c"'],
    [['steps', 'script'], '|-  # x | y\n    one\n    two'],
    [['steps', 'list'], '- - 1\n    -\n    - k: v'],
    [['steps', 'list', 0], '- 1'],
    [['steps', 'list', 2], 'k: v'],
    [['copy'], '*s'],
    [['copy', 'a', 'run'], '"true"'],
  ])('%j', (path, expected) => {
    expect(source(path)).toBe(expected)
  })

  it('stand behind the mark where there is no value', () => {
    expect(nodeAt(document, ['steps', 'empty'])?.span.start).toBe(text.indexOf('empty:') + 6)
    expect(nodeAt(document, ['steps', 'list', 1])?.span.start).toBe(text.indexOf('    -\n') + 5)
  })

  it.each<[string, DocumentPath, string]>([
    ['{ a: { }, b: [ # ]\n] }', [], '{ a: { }, b: [ # ]\n] }'],
    ['{ a: { }, b: [ # ]\n] }', ['b'], '[ # ]\n]'],
    ['a: [ { b: 1 }, c: 2, ? d : 3, [e] ]', ['a', 1], 'c: 2'],
    ['a: [ { b: 1 }, c: 2, ? d : 3, [e] ]', ['a', 2], 'd : 3'],
    ['a: [ { b: 1 }, c: 2, ? d : 3, [e] ]', ['a', 3], '[e]'],
    ['a: { b: , c }', ['a'], '{ b: , c }'],
    ['a: { b, c: 1 }\nd: 2', ['d'], '2'],
    ['a: !!str &x "q"', ['a'], '"q"'],
    ['a: &x\n  b: 1', ['a'], 'b: 1'],
    ['- - |\n   x\n', [0, 0], '|\n   x'],
    ['a: >\n\nb: 1', ['a'], '>'],
    ['--- |\n x', [], '|\n x'],
  ])('%j at %j', (own, path, expected) => {
    const parsed = parse(own, 'ci.yml').document
    const span = nodeAt(parsed, path)?.span
    expect(span && own.slice(span.start, span.end)).toBe(expected)
  })
})

describe('paths', () => {
  it('lead to nothing where the document has nothing', () => {
    expect([['steps', 'x'], ['steps', 'a', 'run', 'z'], ['steps', 'a', 'needs', 'b'], ['steps', 'constructor']].map((path) => nodeAt(document, path))).toEqual(Array(4).fill(undefined))
  })

  it('lead to the span of a key', () => {
    const span = keySpanAt(document, ['steps', 'a', 'needs'])
    expect(span && text.slice(span.start, span.end)).toBe('needs')
    expect(keySpanAt(document, ['steps', 'a', 'needs', 0])).toBeUndefined()
    expect(keySpanAt(document, [])).toBeUndefined()
  })

  it('have a place, that of the nearest key above where there is nothing', () => {
    expect(pathPlace(document, ['steps', 'a', 'run'])).toEqual({ file: 'ci.yml', line: 3, column: 13, end_line: 3, end_column: 19 })
    expect(pathPlace(document, ['steps', 'a', 'x', 'y'])).toEqual({ file: 'ci.yml', line: 3, column: 3, end_line: 3, end_column: 4 })
    expect(pathPlace(document, ['gone'])).toEqual({ file: 'ci.yml', line: 2, column: 1, end_line: 2, end_column: 2 })
    expect(pathPlace(document, ['copy', 'x'])).toEqual({ file: 'ci.yml', line: 13, column: 1, end_line: 13, end_column: 5 })
  })
})
