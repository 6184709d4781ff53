import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createPlaces } from '../../../src/check/places.ts'
import { reportFormats } from '../../../src/check/registry.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith } from './folder.ts'

async function parse(format: string, text: string, files: Readonly<Record<string, string>> = {}, path = '') {
  const root = await folderWith(files)
  const places = await createPlaces(createFiles(), root, root)
  return reportFormats.get(format)?.parse(text.replaceAll('ROOT', root), { places, path })
}

async function fixture(name: string): Promise<string> {
  return readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

function found(problems: readonly object[], judged?: number) {
  return { ok: true, value: { problems, judged } }
}

const error = { severity: 'error' as const, rule: null }

describe('every report format', () => {
  it.each([...reportFormats.keys()])('%s takes any text without throwing', async (format) => {
    for (const text of ['', '\0', '[', '[{', '<', '<testsuite', '<a b="', '(1,1): error TS1: x', '[{"filePath":1}]', '[null]', '<testsuites/>\n<x/>', '{"runs":[{"results":[{"locations":[1]}]},2]}']) {
      expect(await parse(format, text)).toHaveProperty('ok')
    }
  })
})

describe('tsc', () => {
  it('reads places, continued messages and problems without a file', async () => {
    const text = [
      'src/a.ts(1,7): error TS2322: Type \'{ a: string; }\' is not assignable to type \'A\'.',
      '  Types of property \'a\' are incompatible.',
      '    Type \'string\' is not assignable to type \'number\'.',
      './src/(group)/b.ts(3,21): error TS2304: Cannot find name \'y\'.',
      'ROOT/c.ts(4,5): warning TS6133: \'z\' is declared but never read.',
      '/elsewhere/d.ts(1,1): error TS1005: \';\' expected.',
      'error TS5058: The specified path does not exist: \'nowhere.json\'.',
      'Found 5 errors.',
    ].join('\n')
    expect(await parse('tsc', text)).toEqual(
      found([
        {
          ...error, file: 'src/a.ts', line: 1, column: 7, rule: 'TS2322',
          message: 'Type \'{ a: string; }\' is not assignable to type \'A\'.\nTypes of property \'a\' are incompatible.\nType \'string\' is not assignable to type \'number\'.',
        },
        { ...error, file: 'src/(group)/b.ts', line: 3, column: 21, rule: 'TS2304', message: 'Cannot find name \'y\'.' },
        { severity: 'warning', file: 'c.ts', line: 4, column: 5, rule: 'TS6133', message: '\'z\' is declared but never read.' },
        { ...error, file: null, line: null, column: null, rule: 'TS1005', message: '/elsewhere/d.ts: \';\' expected.' },
        { ...error, file: null, line: null, column: null, rule: 'TS5058', message: 'The specified path does not exist: \'nowhere.json\'.' },
      ]),
    )
  })

  it('reads the coloured form, without the frames', async () => {
    const text = [
      '\u001B[96mt.ts\u001B[0m:\u001B[93m3\u001B[0m:\u001B[93m21\u001B[0m - \u001B[91merror\u001B[0m\u001B[90m TS2322: \u001B[0mType \'string\' is not assignable to type \'number\'.',
      '',
      '\u001B[7m3\u001B[0m const y: A = { a: { b: \'c\' } }',
      '\u001B[7m \u001B[0m \u001B[91m                    ~\u001B[0m',
      '',
      '  \u001B[96mt.ts\u001B[0m:\u001B[93m2\u001B[0m:\u001B[93m20\u001B[0m - The expected type comes from property \'b\'',
      '',
      '\u001B[91merror\u001B[0m\u001B[90m TS5058: \u001B[0mThe specified path does not exist: \'x\'.\r',
      'Found 2 errors in the same file, starting at: t.ts\u001B[90m:1\u001B[0m',
    ].join('\n')
    expect(await parse('tsc', text)).toEqual(
      found([
        { ...error, file: 't.ts', line: 3, column: 21, rule: 'TS2322', message: 'Type \'string\' is not assignable to type \'number\'.' },
        { ...error, file: null, line: null, column: null, rule: 'TS5058', message: 'The specified path does not exist: \'x\'.' },
      ]),
    )
  })
})

describe('sarif', () => {
  it('reads places below every base, rules by name and number, and leaves out what was suppressed or is no problem', async () => {
    const at = (uri: string, region?: object, more: object = {}) => [{ physicalLocation: { artifactLocation: { uri, ...more }, ...(region ? { region } : {}) } }]
    const log = {
      version: '2.1.0',
      runs: [{
        tool: { driver: { name: 'scan', rules: [{ id: 'R0' }, { id: 'R1' }] } },
        originalUriBaseIds: { SRC: { uri: 'file://ROOT/src' } },
        results: [
          { ruleId: 'A', level: 'error', message: { text: 'one' }, locations: at('src/a%20b.ts', { startLine: 3, startColumn: 5 }) },
          { ruleIndex: 1, message: { text: 'two' }, locations: at('c.ts', { startLine: 7 }, { uriBaseId: 'SRC' }) },
          { rule: { id: 'B' }, level: 'note', message: { markdown: '*three*' } },
          { level: 'error', message: {}, locations: at('file:///elsewhere/d.ts', { startLine: 1 }) },
          { ruleId: 'C', level: 'error', message: { text: 'suppressed' }, suppressions: [{ kind: 'inSource' }] },
          { ruleId: 'C', level: 'error', message: { text: 'refused suppression' }, suppressions: [{ kind: 'external', status: 'rejected' }] },
          { ruleId: 'D', kind: 'pass', message: { text: 'fine' } },
          { ruleId: 'D', level: 'none', message: { text: 'fine' } },
        ],
      }],
    }
    expect(await parse('sarif', `\uFEFF${JSON.stringify(log)}`)).toEqual(found([
      { file: 'src/a b.ts', line: 3, column: 5, severity: 'error', message: 'one', rule: 'A' },
      { file: 'src/c.ts', line: 7, column: null, severity: 'warning', message: 'two', rule: 'R1' },
      { file: null, line: null, column: null, severity: 'warning', message: '*three*', rule: 'B' },
      { ...error, file: null, line: null, column: null, message: 'file:///elsewhere/d.ts: no message' },
      { file: null, line: null, column: null, severity: 'error', message: 'refused suppression', rule: 'C' },
    ]))
    expect(await parse('sarif', '{"runs":1}')).toEqual({ ok: false, error: 'is no SARIF log' })
  })
})

describe('eslint-json', () => {
  const results = JSON.stringify([
    {
      filePath: 'ROOT/src/a.js',
      messages: [
        { ruleId: 'no-unused-vars', severity: 2, message: '\'x\' is assigned a value but never used.', line: 1, column: 7 },
        { ruleId: 'semi', severity: 1, message: 'Missing semicolon.', line: 2, column: 1 },
      ],
    },
    { filePath: 'ROOT/src/b.js', messages: [{ ruleId: null, fatal: true, severity: 2, message: 'Parsing error: Unexpected token', line: 3 }] },
    { filePath: 'ROOT/c.js', messages: [] },
    { filePath: '/elsewhere/d.js', messages: [{ ruleId: null, severity: 1, message: 'File ignored' }] },
  ])
  const problems = found([
    { ...error, file: 'src/a.js', line: 1, column: 7, message: '\'x\' is assigned a value but never used.', rule: 'no-unused-vars' },
    { severity: 'warning', file: 'src/a.js', line: 2, column: 1, message: 'Missing semicolon.', rule: 'semi' },
    { ...error, file: 'src/b.js', line: 3, column: null, message: 'Parsing error: Unexpected token' },
    { severity: 'warning', file: null, line: null, column: null, message: '/elsewhere/d.js: File ignored', rule: null },
  ])

  it('reads errors, warnings and files that could not be parsed', async () => {
    expect(await parse('eslint-json', results)).toEqual(problems)
  })

  it('reads it among the lines of a package manager, on one line or many', async () => {
    const pretty = JSON.stringify(JSON.parse(results), null, 2)
    expect(await parse('eslint-json', `\n> x@1.0.0 lint\n> eslint . [all]\n\n${results}\n[npm] done [1]\n`)).toEqual(problems)
    expect(await parse('eslint-json', `> eslint .\n${pretty}\n`)).toEqual(problems)
    expect(await parse('eslint-json', '[]\n')).toEqual(found([]))
  })

  it.each(['', 'all good', '[{"a":1}]', results.slice(0, 100)])('does not take `%s` for a report', async (text) => {
    expect(await parse('eslint-json', text)).toEqual({ ok: false, error: 'holds no ESLint report; `eslint --format json` prints one' })
  })
})

describe('junit', () => {
  it('reads what vitest writes', async () => {
    expect(await parse('junit', await fixture('vitest.xml'), { 'test/a.test.ts': '', 'test/b.test.ts': '' })).toEqual(
      found(
        [
          { ...error, file: 'test/a.test.ts', line: 3, column: 51, message: 'add > adds <two> & "more": expected 2 to be 3 // Object.is equality' },
          { ...error, file: 'test/a.test.ts', line: 4, column: 30, message: 'add > throws: boom' },
          {
            ...error, file: 'test/b.test.ts', line: 1, column: 1,
            message: 'test/b.test.ts: Cannot find module \'./missing.ts\' imported from /tmp/g/v/test/b.test.ts',
          },
        ],
        5,
      ),
    )
  })

  it('reads what pytest writes', async () => {
    expect(await parse('junit', await fixture('pytest.xml'), { 'test_a.py': '' })).toEqual(
      found(
        [
          { ...error, file: 'test_a.py', line: 5, column: null, message: 'test_bad: AssertionError: wrong <a> & b\nassert 1 == 2' },
          { ...error, file: 'test_a.py', line: 8, column: null, message: 'test_raises: ValueError: boom' },
          { ...error, file: 'test_a.py', line: 10, column: null, message: 'test_setup: failed on setup with "RuntimeError: setup"' },
        ],
        5,
      ),
    )
  })

  it('reads what jest writes, and blames no package', async () => {
    const files = { 'test/sum.test.js': '', 'node_modules/expect/build/index.js': '' }
    const report = await parse('junit', await fixture('jest.xml'), files)
    expect(report).toMatchObject(found([{ ...error, file: 'test/sum.test.js', line: 5, column: 15 }], 2))
    expect(JSON.stringify(report)).toMatch(/sum adds: Error: expect\(received\).toBe\(expected\).*Expected: 4/)
  })

  it('reads what Maven writes, and finds the class`s file in its module', async () => {
    const files = { 'calc/src/test/java/com/example/CalcTest.java': '', 'calc/src/main/java/com/example/Calc.java': '' }
    expect(await parse('junit', await fixture('surefire.xml'), files, 'calc/target/surefire-reports/TEST-x.xml')).toEqual(
      found(
        [
          { ...error, file: 'calc/src/test/java/com/example/CalcTest.java', line: 12, column: null, message: 'adds: expected: <4> but was: <3>' },
          { ...error, file: 'calc/src/main/java/com/example/Calc.java', line: 7, column: null, message: 'divides: / by zero' },
        ],
        4,
      ),
    )
  })

  it('takes the place from attributes where no stack names that file', async () => {
    const text = `<testsuite file="spec/b.rb" name="s"><testcase name="one" file="./spec/a.rb" line="12"><failure/></testcase>
      <testcase classname="C" name="two"><error type="E">no place</error></testcase>
      <testcase name="three" file="gone.rb" line="3"><failure message="m"/></testcase>
      <testcase name="four" file="spec/a.rb" line="4"><failure message="m">lib/c.rb:9:in 'f'</failure></testcase></testsuite>`
    expect(await parse('junit', text, { 'spec/a.rb': '', 'spec/b.rb': '', 'lib/c.rb': '' })).toEqual(
      found(
        [
          { ...error, file: 'spec/a.rb', line: 12, column: null, message: 'one' },
          { ...error, file: 'spec/b.rb', line: null, column: null, message: 'two: no place' },
          { ...error, file: null, line: null, column: null, message: 'three: m' },
          { ...error, file: 'spec/a.rb', line: 4, column: null, message: 'four: m' },
        ],
        4,
      ),
    )
  })

  it('takes a suite that failed as such for one failed test', async () => {
    const text = '<testsuites><testsuite name="s"><error message="no setup"/></testsuite></testsuites>'
    expect(await parse('junit', text)).toEqual(found([{ ...error, file: null, line: null, column: null, message: 's: no setup' }], 1))
  })

  it('shows no control character of a failure', async () => {
    const text = '<testsuite><testcase name="a"><failure>&#27;[31mred&#27;[0m&#7;&#x0; &unknown;</failure></testcase></testsuite>'
    expect(await parse('junit', text)).toMatchObject(found([{ message: 'a: red &unknown;' }], 1))
  })

  it.each([
    ['', 'ends too early'],
    ['<testsuite>', 'ends too early'],
    ['<testsuite><!-- ', 'ends too early'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><testsuite/>', 'has a document type, which is not read'],
    ['<html><body/></html>', 'is no JUnit report: its root is `html`'],
    ['no xml', 'has text outside its root element'],
    ['<testsuite></testcase></testsuite>', 'closes `testcase`, which is not open'],
    ['<testsuite a=b/>', 'has a malformed element'],
    ['<testsuite/><testsuite/>', 'has two root elements'],
    ['<testsuite>'.repeat(101), 'is nested more than 100 levels deep'],
  ])('refuses `%.40s`', async (text, reason) => {
    expect(await parse('junit', text)).toEqual({ ok: false, error: reason })
  })
})

describe('the places that tools name', () => {
  it('are told from the top of the repository, found from the folder of the check or from that top', async () => {
    const root = await folderWith({ 'one/a.ts': '', 'b.ts': '' })
    const places = await createPlaces(createFiles(), root, `${root}/one`)
    expect(['a.ts', `file://${root}/b.ts`, '../../c.ts', '..', '../..'].map((path) => places.relative(path))).toEqual([
      'one/a.ts', 'b.ts', undefined, undefined, undefined,
    ])
    expect(await Promise.all(['a.ts', 'b.ts', './one/a.ts', 'c.ts', '.', '', '/etc/passwd', 'a\0'].map((path) => places.locate(path)))).toEqual([
      'one/a.ts', 'b.ts', 'one/a.ts', undefined, undefined, undefined, undefined, undefined,
    ])
  })

  it('are known through the links of the root too', async () => {
    const real = await folderWith({ 'a.ts': '' })
    const linked = `${await folderWith({})}/link`
    await createFiles().link(real, linked)
    const places = await createPlaces(createFiles(), linked, linked)
    expect([`${real}/a.ts`, `${linked}/a.ts`].map((path) => places.relative(path))).toEqual(['a.ts', 'a.ts'])
  })
})
