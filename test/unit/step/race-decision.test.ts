import { describe, expect, it } from 'vitest'
import { changedLines } from '../../../src/step/contestant.ts'
import { byFigures } from '../../../src/step/race-decision.ts'

const passed = (index: number, cost: string, lines: number) => ({ index, status: 'passed' as const, cost, lines, failure: null })

describe('a race that figures decide', () => {
  it('goes to the first of those that are equal in the order of the list, however they ended', () => {
    const all = [passed(3, '5', 9), passed(2, '5', 7), passed(1, '9', 7)]
    expect([byFigures(all, 'cheapest').chosen, byFigures(all, 'smallest_diff').chosen, byFigures(all, 'first_passing').chosen]).toEqual([2, 1, 3])
  })

  it('compares costs that are larger than a number can tell exactly', () => {
    const all = [passed(1, '90071992547409930001', 1), passed(2, '90071992547409930000', 1)]
    expect(byFigures(all, 'cheapest').chosen).toBe(2)
  })

  it('leaves those out that did not pass, and says why of each', () => {
    const failure = { code: 'stalled' as const, message: 'it stalled', afterMs: 1 }
    const all = [{ index: 1, status: 'stopped' as const, cost: '0', lines: 0, failure: null }, passed(2, '7', 3), { index: 3, status: 'failed' as const, cost: '0', lines: 0, failure }]
    expect(byFigures(all, 'smallest_diff')).toEqual({
      judge: null, judgeCost: '0', chosen: 2, because: 'it changed 3 lines',
      others: [{ index: 1, because: 'stopped: another one passed first' }, { index: 3, because: 'failed: stalled' }],
    })
    expect(byFigures(all.filter(({ status }) => status !== 'passed'), 'cheapest')).toMatchObject({ chosen: null, because: 'none passed' })
  })
})

describe('the size of a change', () => {
  it('is the lines that are added and removed, also those that look like the head of a patch, and those of binary files', () => {
    const text = 'diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n same\n--- a list\n+++ a sum\n-gone\n\\ No newline at end of file\n'
    const binary = 'diff --git a/b b/b\nnew file mode 100644\nindex 0..3\nGIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n'
    expect([changedLines(''), changedLines(text), changedLines(binary), changedLines(text + binary)]).toEqual([0, 3, 2, 5])
  })
})
