import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/check/check.ts'
import { feedback } from '../../../src/check/feedback.ts'
import { signature } from '../../../src/check/signature.ts'

function verdict(more: Partial<Verdict>): Verdict {
  return {
    name: 'tests', kind: 'tests', status: 'failed', gate: 'block', durationMs: 5, exitCode: 1, message: 'ended with exit code 1', problems: [],
    output: '', ...more,
  }
}

const problem = { file: 'src/a.ts', line: 3, column: 1, severity: 'error', message: 'one\ntwo', rule: 'TS1' } as const

describe('feedback to an agent', () => {
  it('tells which checks failed, why, where, and how their output ended', () => {
    const text = feedback([
      verdict({ name: 'types', status: 'passed', message: null }),
      verdict({ problems: [problem, { ...problem, file: null, line: null, column: null, severity: 'warning', message: 'm', rule: null }], output: 'x ```y\n' }),
      verdict({ name: 'lint', gate: 'warn' }),
    ])
    expect(text).toBe(`Your work does not pass yet. Failed checks: \`tests\`, \`lint\`. Passed: \`types\`.

## Check \`tests\`

ended with exit code 1

- src/a.ts:3:1: error: one
  two (TS1)
- warning: m

The end of its output:

\`\`\`\`
x \`\`\`y
\`\`\`\`

## Check \`lint\` (only a warning: it does not hold you up)

ended with exit code 1

Mend the cause, then say that you are done: the same checks judge again.`)
  })

  it('is bounded, whatever the tools print', () => {
    const text = feedback([verdict({ problems: Array.from({ length: 80 }, () => problem), output: `${'old\n'.repeat(9000)}end` })])
    expect(text).toContain('- and 30 more')
    expect(text).toMatch(/…\nold\n[^]*end\n```/)
    expect(text.length).toBeLessThan(12_000)
  })

  it('does not tell how long it took', () => {
    expect(feedback([verdict({ durationMs: 1 })])).toBe(feedback([verdict({ durationMs: 2 })]))
  })
})

describe('the signature of failures', () => {
  const output = (text: string): string => signature([verdict({ output: text })])

  it.each([
    ['times', 'at 2026-02-03T10:11:12.345Z', 'at 2026-02-03 11:12:13'],
    ['clock times', 'Start at 10:11:12', 'Start at 10:11:59.5'],
    ['durations', '3 failed in 1.23s (12 ms)', '3 failed in 4s (9ms)'],
    ['durations of several parts', 'took 1m 3s', 'took 59s'],
    ['seeds', 'seed: 123, path', 'seed: -9, path'],
    ['process ids', 'pid 12 died', 'pid 99999 died'],
    ['temporary paths', 'in /tmp/a-x8/y.txt:', 'in /tmp/b-q9/z.txt:'],
    ['addresses', 'object at 0x7f1b0cb6f210>', 'object at 0x55>'],
    ['ids', 'id 123e4567-e89b-12d3-a456-426614174000', 'id 00000000-e89b-12d3-a456-426614174abc'],
    ['blanks', 'a  b\n', 'a b'],
  ])('takes no notice of %s', (_what, one, other) => {
    expect(output(one)).toBe(output(other))
  })

  it.each([
    ['expected 3', 'expected 4'],
    ['a.ts failed', 'b.ts failed'],
  ])('tells `%s` from `%s`', (one, other) => {
    expect(output(one)).not.toBe(output(other))
  })

  it('counts the errors and not the output where there are any, in whatever order', () => {
    const two = { ...problem, line: 4 }
    const base = signature([verdict({ problems: [problem, two], output: 'x' })])
    expect(signature([verdict({ problems: [two, problem], output: 'y', durationMs: 9 })])).toBe(base)
    expect(signature([verdict({ problems: [problem], output: 'x' })])).not.toBe(base)
  })

  it('takes no notice of checks that passed, nor of their order', () => {
    const [one, two, passed] = [verdict({ name: 'a' }), verdict({ name: 'b' }), verdict({ name: 'c', status: 'passed', message: null })]
    expect(signature([two, passed, one])).toBe(signature([one, two]))
    expect(signature([one])).not.toBe(signature([two]))
  })
})
