import { describe, expect, it } from 'vitest'
import { markdownReport } from '../../../src/report/markdown.ts'
import { isReportFormat } from '../../../src/report/registry.ts'
import { begin, failed, record, runOf, started, step, STORY } from '../store/sample.ts'

describe('the markdown report', () => {
  it('is a summary for people', () => {
    expect(markdownReport(runOf('r1', record(STORY)), { resume: 'orch-run resume r1' })).toBe(`## fix-and-prove: failed

15.0s, $0.2234, run <code>r1</code>

| step | status | time | cost | checks |
| --- | --- | --: | --: | --- |
| <code>implement</code> | passed | 6.0s | $0.1234 | ✔ tests |
| <code>test(os&#61;linux)</code> | passed | 3.0s |  |  |
| <code>test(os&#61;mac)</code> | failed | 3.0s |  |  |
| <code>later</code> | pending |  |  |  |
| <code>ship</code> | skipped |  |  |  |

### What needs attention

- **error** <code>test(os&#61;mac)</code> exit-code: it exited with code 3  
  next: <code>orch-run resume r1</code>
- **warning** <code>test</code> outside-write: a file outside was written

Commit <code>cccccccccccccccccccccccccccccccccccccccc</code>
`)
  })

  it('tells what was tried where that was more than once', () => {
    const retried = failed('a', { failure: { code: 'internal', message: 'no' }, retryAt: 1 })
    const story = record([started([step('a')]), begin('a'), retried, begin('a', 2), failed('a', { attempt: 2, failure: { code: 'internal', message: 'never' } })])
    expect(markdownReport(runOf('r1', story), { resume: 'r' })).toContain('- **error** <code>a</code> internal: never\n  - attempt 1: internal: no\n  - attempt 2: internal: never\n\n  next: <code>r</code>\n')
  })

  it('turns nothing that a step said into markup, a mention or a reference', () => {
    const message = '@owner closes #1 <img src=x> [a](b) | `x` *y* \n# head\u001b[2J\u202e'
    const story = record([started([step('a')]), begin('a'), failed('a', { failure: { code: 'internal', message } })])
    const line = markdownReport(runOf('r1', story), { resume: 'r' }).split('\n').find((one) => one.startsWith('- **error'))
    expect(line).toBe('- **error** <code>a</code> internal: &#64;owner closes &#35;1 &#60;img src&#61;x&#62; &#91;a&#93;(b) &#124; &#96;x&#96; &#42;y&#42; &#35; head &#91;2J   ')
  })
})

describe('the formats of reports', () => {
  it('are found by name', () => {
    expect(['json', 'html', 'pdf', 'toString', '__proto__'].map(isReportFormat)).toEqual([true, true, false, false, false])
  })
})
