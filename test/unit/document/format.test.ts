import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/document/diagnostic.ts'
import { formatDiagnostics } from '../../../src/document/format.ts'
import { parse } from '../../../src/document/parse.ts'
import { report } from '../../../src/document/report.ts'

const plain = { color: false }

function textOf(source: string, needle: string, extras: { help?: string } = {}, length = needle.length): string {
  const { document } = parse(source, 'ci.yml')
  const start = source.indexOf(needle)
  return formatDiagnostics('text', [report(document, { start, end: start + length }, 'some-code', 'error', 'something is wrong', extras)], new Map([['ci.yml', source]]), plain)
}

const need: Diagnostic = {
  code: 'unknown-need', severity: 'error', message: 'step `fix` needs `tset`, which is no step of this pipeline', help: 'did you mean `test`?',
  file: 'pipelines/ci.yml', line: 8, column: 13, end_line: 8, end_column: 17,
}
const source = `${'x:\n'.repeat(7)}    needs: [tset]\n`

describe('text', () => {
  it('shows the line, carets under the mistake, and what to do', () => {
    expect(formatDiagnostics('text', [need], new Map([['pipelines/ci.yml', source]]), plain)).toBe(
      [
        'error[unknown-need]: step `fix` needs `tset`, which is no step of this pipeline',
        '  ——▶ pipelines/ci.yml:8:13',
        '8 │     needs: [tset]',
        '  │             ^^^^',
        '  help: did you mean `test`?',
        '',
        '1 error',
        '',
      ].join('\n'),
    )
  })

  it('shows related places below, and counts errors and warnings', () => {
    const text = `${'\n'.repeat(8)}a: 1\na: 2\nb: 12345678901234567890\n`
    expect(formatDiagnostics('text', parse(text, 'ci.yml').diagnostics, new Map([['ci.yml', text]]), plain)).toBe(
      [
        'error[duplicate-key]: duplicate key `a`: a mapping may have each key only once',
        '  ——▶ ci.yml:10:1',
        '10 │ a: 2',
        '   │ ^',
        '  help: remove one of the two, or give it another name',
        '  note: it is already here',
        '  ——▶ ci.yml:9:1',
        '9 │ a: 1',
        '  │ ^',
        '',
        'warning[number-imprecise]: `12345678901234567890` has more digits than a number can hold and is read as 12345678901234567000',
        '  ——▶ ci.yml:11:4',
        '11 │ b: 12345678901234567890',
        '   │    ^^^^^^^^^^^^^^^^^^^^',
        '  help: put it in quotes if every digit counts',
        '',
        '1 error, 1 warning',
        '',
      ].join('\n'),
    )
  })

  it('aligns carets behind tabs, wide letters, marks and escapes', () => {
    expect(textOf('a: "\t東京🚀e\u0301\u202E" # x\n', 'x')).toContain('1 │ a: "    東京🚀e\u0301\\u{202e}" # x\n  │' + ' '.repeat(28) + '^\n')
    expect(textOf('a: 東京\n', '東京')).toContain('1 │ a: 東京\n  │    ^^^^\n')
  })

  it('shows one caret for what is empty and the first line of what is long', () => {
    expect(textOf('a:\n', ':', {}, 0)).toContain('1 │ a:\n  │  ^\n')
    expect(textOf('a:\n  b: 1\n  c: 2\n', 'b', {}, 10)).toContain('2 │   b: 1\n  │   ^^^^\n')
  })

  it('cuts a long line around the mistake', () => {
    const text = textOf(`a: [${'🚀, '.repeat(300)}here${', 🚀'.repeat(300)}]\n`, 'here')
    const [, , line = '', carets = ''] = text.split('\n')
    expect(line).toMatch(/^1 │ ….*🚀, here, 🚀.*…$/u)
    expect(line.length).toBeLessThan(140)
    expect(carets.trim()).toBe('│' + ' '.repeat(carets.length - carets.indexOf('│') - 5) + '^^^^')
  })

  it('stays without a frame where the text is not known, and shows nothing for no mistake', () => {
    expect(formatDiagnostics('text', [need], new Map(), plain)).toBe(
      'error[unknown-need]: step `fix` needs `tset`, which is no step of this pipeline\n  ——▶ pipelines/ci.yml:8:13\n  help: did you mean `test`?\n\n1 error\n',
    )
    expect(formatDiagnostics('text', [], new Map(), plain)).toBe('')
  })

  it('has colours only when they are asked for', () => {
    const colored = formatDiagnostics('text', [need], new Map([['pipelines/ci.yml', source]]), { color: true })
    expect(colored).toContain('\u001B[1;31m^^^^\u001B[0m')
    expect(colored.replaceAll(/\p{Cc}\[[\d;]+m/gu, '')).toBe(formatDiagnostics('text', [need], new Map([['pipelines/ci.yml', source]]), plain))
  })

  it('lets no control sequence through, from wherever it comes', () => {
    const evil = '\u001B]0;x\u0007'
    const text = formatDiagnostics('text', [{ ...need, message: evil, help: evil, file: `${evil}.yml` }], new Map([[`${evil}.yml`, `${'\n'.repeat(7)}${evil}`]]), plain)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

describe('json', () => {
  it('is a list of all fields', () => {
    const related = [{ message: 'here', file: 'a.yml', line: 1, column: 1, end_line: 1, end_column: 2 }]
    expect(JSON.parse(formatDiagnostics('json', [{ ...need, related }], new Map(), plain))).toEqual([{ ...need, related }])
    expect(formatDiagnostics('json', [], new Map(), plain)).toBe('[]\n')
  })
})

describe('github', () => {
  it('is a workflow command a line, escaped', () => {
    const odd = { ...need, file: 'a,b:c%.yml', message: '100 %\nsure', related: [{ message: 'here', file: 'a.yml', line: 1, column: 2, end_line: 1, end_column: 3 }] }
    expect(formatDiagnostics('github', [odd, { ...need, severity: 'warning', message: 'm' }], new Map(), plain)).toBe(
      '::error file=a%2Cb%3Ac%25.yml,line=8,col=13,endLine=8,endColumn=17,title=unknown-need::100 %25\\u{a}sure%0Ahelp: did you mean `test`?%0Aa.yml:1:2: here\n' +
        '::warning file=pipelines/ci.yml,line=8,col=13,endLine=8,endColumn=17,title=unknown-need::m%0Ahelp: did you mean `test`?\n',
    )
  })
})

describe('sarif', () => {
  it('is a log of one run with rules, places and related places', () => {
    const related = [{ message: 'here', file: '/tmp/a b.yml', line: 1, column: 2, end_line: 1, end_column: 3 }]
    expect(JSON.parse(formatDiagnostics('sarif', [{ ...need, related }], new Map(), plain))).toEqual({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'orch-run', rules: [{ id: 'unknown-need' }] } },
          columnKind: 'unicodeCodePoints',
          results: [
            {
              ruleId: 'unknown-need',
              ruleIndex: 0,
              level: 'error',
              message: { text: 'step `fix` needs `tset`, which is no step of this pipeline\nhelp: did you mean `test`?' },
              locations: [{ physicalLocation: { artifactLocation: { uri: 'pipelines/ci.yml' }, region: { startLine: 8, startColumn: 13, endLine: 8, endColumn: 17 } } }],
              relatedLocations: [
                {
                  physicalLocation: { artifactLocation: { uri: 'file:///tmp/a%20b.yml' }, region: { startLine: 1, startColumn: 2, endLine: 1, endColumn: 3 } },
                  message: { text: 'here' },
                },
              ],
            },
          ],
        },
      ],
    })
  })
})
