import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/document/parse.ts'
import { toValue } from '../../../src/document/value.ts'

/** `line:column code` of each diagnostic. */
function told(text: string): string[] {
  return parse(text, 'ci.yml').diagnostics.map((found) => `${found.line}:${found.column} ${found.code}`)
}

function valueOf(text: string): unknown {
  const { root } = parse(text, 'ci.yml').document
  return root && JSON.parse(JSON.stringify(toValue(root)))
}

describe('values', () => {
  it('follows the YAML 1.2 core schema, so that `no` and a timestamp are texts', () => {
    const text = 'a: no\nb: 2024-01-01\nc: 0o17\nd: 0x1F\ne: 1e3\nf: True\ng: ~\nh:\ni: 1_000\nj: 1:30\nk: "1"\nl: 007\nm: -0\n'
    expect(valueOf(text)).toEqual({ a: 'no', b: '2024-01-01', c: 15, d: 31, e: 1000, f: true, g: null, h: null, i: '1_000', j: '1:30', k: '1', l: 7, m: 0 })
    expect(told(text)).toEqual([])
  })

  it('takes numbers, booleans and null as keys as they are written', () => {
    expect(valueOf('{1: a, true: b, null: c, 1.10: d, ~: e, on: f}')).toEqual({ '1': 'a', true: 'b', null: 'c', '1.10': 'd', '~': 'e', on: 'f' })
  })

  it('keeps `__proto__` and `constructor` as ordinary keys', () => {
    const { root } = parse('__proto__: { polluted: 1 }\nconstructor: 2\n', 'ci.yml').document
    const value = root && (toValue(root) as Record<string, unknown>)
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('allows the tags of the core schema in every way of writing them', () => {
    expect(valueOf('a: !!str 1\nb: !!int "12"\nc: !!float 1\nd: ! 12\ne: !<tag:yaml.org,2002:str> 5\nf: !!seq [1]\ng: !!map {}\nh: !!null ""')).toEqual({
      a: '1', b: 12, c: 1, d: '12', e: '5', f: [1], g: {}, h: null,
    })
    expect(valueOf('%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 5\n')).toEqual({ a: '5' })
  })

  it('reads a byte order mark, CRLF, CR, a directive and markers of one document', () => {
    expect(valueOf('\uFEFFa: 1\r\nb: 2\rc: 3\n')).toEqual({ a: 1, b: 2, c: 3 })
    expect(valueOf('%YAML 1.2\n--- # here\na: 1\n...\n')).toEqual({ a: 1 })
  })

  it('converts what aliases repeat once and shares it', () => {
    const { root } = parse('a: &a { x: [1] }\nb: *a\nc: [*a]\n', 'ci.yml').document
    const value = root && (toValue(root) as { a: object; b: object; c: object[] })
    expect(value?.b).toBe(value?.a)
    expect(value?.c[0]).toBe(value?.a)
  })

  it('takes the last anchor of a name', () => {
    expect(valueOf('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 })
  })
})

describe('merge keys', () => {
  it('spread mappings where they stand, own keys winning, then the mapping named first', () => {
    const text = 'a: &a { k: 1, l: 2 }\nb: &b { l: 3, m: 4 }\nc:\n  z: 0\n  <<: [*a, *b]\n  k: 9\nd: { <<: { x: 1, <<: *b } }\n'
    expect(JSON.stringify(valueOf(text))).toBe('{"a":{"k":1,"l":2},"b":{"l":3,"m":4},"c":{"z":0,"l":2,"m":4,"k":9},"d":{"x":1,"l":3,"m":4}}')
    expect(told(text)).toEqual([])
  })

  it('are ordinary keys in quotes', () => {
    expect(valueOf('"<<": { a: 1 }\n')).toEqual({ '<<': { a: 1 } })
  })

  it('refuse all but mappings and lists of mappings', () => {
    expect(told('a: &a { k: 1 }\nb:\n  <<: 5\nc:\n  <<: [*a, x, [*a]]\nd:\n  <<:\n')).toEqual([
      '3:7 merge-not-mapping', '5:12 merge-not-mapping', '5:15 merge-not-mapping', '7:6 merge-not-mapping',
    ])
  })
})

describe('what is refused', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', ['1:1 empty-document']],
    ['only a comment', '# nothing\n', ['1:1 empty-document']],
    ['only a byte order mark', '\uFEFF', ['1:1 empty-document']],
    ['only a marker', '---\n', ['1:1 empty-document']],
    ['a word', 'hello\n', ['1:1 not-a-mapping']],
    ['a list', '- a: 1\n', ['1:1 not-a-mapping']],
    ['two documents', 'a: 1\n# end\n--- # two\nb: 2\n', ['3:1 several-documents']],
    ['an empty document before another', '---\n---\na: 1\n', ['2:1 several-documents']],
    ['documents behind a document end', 'a: 1\n...\n---\nb: 2\n', ['3:1 several-documents']],
    ['equal keys, also nested and in braces', 'a: 1\n"a": 2\nb: { c: 1, c: 2 }\nd:\n  - e: 1\n    e: 2\n', ['2:1 duplicate-key', '3:12 duplicate-key', '6:5 duplicate-key']],
    ['two merge keys that are one', '1: a\n"1": b\n', ['2:1 duplicate-key']],
    ['a mapping as a key', '? { a: 1 }\n: b\n', ['1:3 complex-key']],
    ['a list as a key', '[a, b]: 1\n', ['1:1 complex-key']],
    ['an alias of a mapping as a key', 'a: &a { b: 1 }\n*a : 2\n', ['2:1 complex-key']],
    ['no key', 'a:\n  : 3\n', ['2:3 empty-key']],
    ['an expression without its dollar', 'run: {{ inputs.who }}\n', ['1:6 complex-key']],
    ['foreign tags', 'a: !!js/function "x"\nb: !mine { c: 1 }\nc: !!binary aGk=\nd: !!set { x }\n', ['1:4 unknown-tag', '2:4 unknown-tag', '3:4 unknown-tag', '4:4 unknown-tag']],
    ['a tag handle that is not declared', 'a: !foo!bar x\n', ['1:4 unknown-tag']],
    ['tags that do not fit', 'a: !!int x\nb: !!seq {}\nc: !!str []\n', ['1:4 tag-mismatch', '2:4 tag-mismatch', '3:4 tag-mismatch']],
    ['what JSON cannot hold', 'a: .nan\nb: [-.inf, .Inf]\nc: 1e999\n', ['1:4 not-finite', '2:5 not-finite', '2:12 not-finite', '3:4 not-finite']],
    ['too many digits, with a warning', 'a: 12345678901234567890\n', ['1:4 number-imprecise']],
    ['aliases without anchor', 'a: *.ts\nb: [*x]\n', ['1:4 unknown-anchor', '2:5 unknown-anchor']],
    ['an alias above its anchor', 'a: *x\nb: &x 1\n', ['1:4 unknown-anchor']],
    ['an alias inside its anchor', 'a: &a [*a]\nb: &b { c: *b }\n', ['1:8 recursive-alias', '2:12 recursive-alias']],
    ['NUL in a string', 'name: "a\0b"\n', ['1:9 forbidden-character']],
    ['control characters, all of them', 'a: \u0001\nb: "\u007F"\nc: \u009B x\n', ['1:4 forbidden-character', '2:5 forbidden-character', '3:4 forbidden-character']],
    ['halves of characters', 'a: \uD800\nb: "\\ud800"\nc: "\\udc00\\ud800"\n', ['1:4 forbidden-character', '2:5 forbidden-character', '3:5 forbidden-character']],
    ['escapes that are no character', 'a: "\\0"\nb: "x\\U00110000"\n', ['1:5 forbidden-character', '2:6 forbidden-character']],
    ['a deep list', `name: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, ['1:106 too-deep']],
    ['deep open brackets', '['.repeat(100_000), ['1:100 too-deep']],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })

  it('tells the other key of two equal ones', () => {
    expect(parse('name: one\nname: two\n', 'ci.yml').diagnostics).toEqual([
      {
        code: 'duplicate-key', severity: 'error', file: 'ci.yml', line: 2, column: 1, end_line: 2, end_column: 5,
        message: 'duplicate key `name`: a mapping may have each key only once',
        help: 'remove one of the two, or give it another name',
        related: [{ message: 'it is already here', file: 'ci.yml', line: 1, column: 1, end_line: 1, end_column: 5 }],
      },
    ])
  })

  it('suggests the near name of an anchor', () => {
    expect(parse('x-base: &base { a: 1 }\nb: *bsae\n', 'ci.yml').diagnostics[0]?.help).toBe('did you mean `*base`?')
  })

  it('accepts control and direction characters as escapes, and U+2028 and U+0085 as they are', () => {
    const text = 'a: "\\e[31m\\x07\\u202e"\nb: "one\u2028two\u0085"\n"\u202Ekey": "\\ud83d\\ude80"\n'
    expect(told(text)).toEqual([])
    expect(valueOf(text)).toEqual({ a: '\u001B[31m\u0007\u202E', b: 'one\u2028two\u0085', '\u202Ekey': '🚀' })
  })

  it('says that a text with many NULs may be UTF-16', () => {
    const { document, diagnostics } = parse(Array.from('name: x\nsteps: {}\nmore: 1\n').join('\0'), 'ci.yml')
    expect(document.root).toBeUndefined()
    expect(diagnostics[0]?.help).toBe('the file looks like UTF-16, save it as UTF-8')
  })

  it('leaves broken nodes where something was refused, so that nobody complains again', () => {
    const { root } = parse('a: *x\n', 'ci.yml').document
    const node = root?.kind === 'mapping' ? root.pairs.get('a')?.value : undefined
    expect(node).toEqual({ kind: 'scalar', span: { start: 3, end: 5 }, value: null, style: 'plain', broken: true })
  })
})

describe('bounds', () => {
  it('refuses more than 1 MiB, counted in bytes', () => {
    expect(told(`a: ${'é'.repeat(524_287)}\n`)).toEqual(['1:1 too-large'])
    expect(told(`a: ${'b'.repeat(1_048_572)}\n`)).toEqual([])
    expect(told(`a: ${'b'.repeat(1_048_573)}\n`)).toEqual(['1:1 too-large'])
  })

  it('refuses aliases that repeat too much, once', () => {
    const laughs = Array.from({ length: 20 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`)
    expect(told(`a0: &a0 [1]\n${laughs.join('\n')}\n`)).toEqual(['6:40 too-much-repeated'])
  })

  it('refuses a chain of aliases that is deep without being nested, once', () => {
    const chain = Array.from({ length: 20_000 }, (_, link) => `- &a${link + 1} [*a${link}]`)
    expect(told(`x:\n- &a0 [1]\n${chain.join('\n')}\n`)).toEqual(['100:9 too-deep'])
  })

  it('refuses merge keys that repeat too much', () => {
    const wide = Array.from({ length: 1000 }, (_, key) => `k${key}: 1`).join(', ')
    const merges = Array.from({ length: 200 }, (_, key) => `  c${key}: { <<: *a }`).join('\n')
    expect(told(`a: &a { ${wide} }\nb:\n${merges}\n`)).toEqual(['52:14 too-much-repeated'])
  })

  it('allows what is only large: anchors used a thousand times', () => {
    expect(told(`a: &a { x: 1, y: 2 }\nb: [${Array(1000).fill('*a').join(', ')}]\n`)).toEqual([])
  })

  it('tells at most a thousand mistakes and says so', () => {
    const { diagnostics } = parse('a:\n'.repeat(3000), 'ci.yml')
    expect(diagnostics).toHaveLength(1001)
    expect(diagnostics.at(-1)?.code).toBe('too-many-mistakes')
  })
})

describe('any text', () => {
  const fragments = fc.constantFrom(
    'a', 'key', ':', ': ', '- ', '? ', '\n', '\r\n', '\r', '  ', '    ', '\t', '"', "'", '[', ']', '{', '}', ',', '&a ', '*a', '!!str ', '!x ', '|\n', '>-\n', '|2+\n',
    '#', ' # c', '<<: ', '---\n', '...\n', '%TAG ! x\n', '\\', '\\n', '\\U0001F680', '🚀', '\uFEFF', '\u2028', '\0', '\u001B', '\uD800', '1', '.nan', '~', '${{ x }}', '{{',
  )
  const yaml = fc.oneof(fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')), fc.string({ unit: 'binary', maxLength: 60 }))

  it('gives a document and diagnostics whose places lie in the text and begin before they end', () => {
    fc.assert(
      fc.property(yaml, (text) => {
        const { document, diagnostics } = parse(text, 'ci.yml')
        const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
        for (const place of diagnostics.flatMap((found) => [found, ...(found.related ?? [])])) {
          expect(place.line).toBeGreaterThanOrEqual(1)
          expect(place.end_line).toBeLessThanOrEqual(lines.length)
          expect(place.column).toBeLessThanOrEqual(Array.from(lines[place.line - 1] ?? '').length + 1)
          expect(place.end_line > place.line || (place.end_line === place.line && place.end_column > place.column)).toBe(true)
        }
        for (const found of diagnostics) expect(found.message + (found.help ?? '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        expect(document.root !== undefined || diagnostics.length > 0).toBe(true)
        if (document.root) toValue(document.root)
      }),
      { numRuns: 3000 },
    )
  })

  it('keeps every node inside its parent, and in order', () => {
    const check = (node: ReturnType<typeof parse>['document']['root'], text: string): void => {
      if (!node) return
      expect(node.span.start).toBeLessThanOrEqual(node.span.end)
      expect(node.span.end).toBeLessThanOrEqual(text.length)
      if (node.kind === 'scalar') return
      const children = node.kind === 'sequence' ? node.items : [...node.pairs.values()].map((pair) => pair.value)
      for (const child of children) check(child, text)
      if (/[*<]/.test(text)) return
      for (const child of children) expect(child.span.start >= node.span.start && child.span.end <= node.span.end).toBe(true)
    }
    fc.assert(fc.property(yaml, (text) => check(parse(text, 'ci.yml').document.root, text)), { numRuns: 3000 })
  })
})

it('reads 200,000 keys in less than a second', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$'
  const key = (at: number): string => `${letters[at % 64]}${letters[(at >> 6) % 64]}${letters[(at >> 12) % 64]}:\n`
  const text = Array.from({ length: 200_000 }, (_, at) => key(at)).join('')
  const before = process.cpuUsage()
  const { document } = parse(text, fileURLToPath(import.meta.url))
  const { user } = process.cpuUsage(before)
  expect(document.root?.kind === 'mapping' && document.root.pairs.size).toBe(200_000)
  expect(user / 1e6).toBeLessThan(1)
})
