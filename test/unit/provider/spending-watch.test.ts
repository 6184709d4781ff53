import { expect, it } from 'vitest'
import { createLedger } from '../../../src/provider/ledger.ts'
import { createSpendingWatch } from '../../../src/provider/spending-watch.ts'

it('each share of a budget is told once, when it is reached, and not again after a resume', () => {
  const ledger = createLedger(new Map([['run', { limit: 1_000n, spent: 300n }], ['step `fix`', { limit: undefined, spent: 0n }]]))
  const watch = createSpendingWatch(ledger, ['run', 'step `fix`'], [0.3, 0.5, 0.8, 1])
  const spend = (call: string, cost: bigint): void => {
    ledger.hold(call, cost, ['run', 'step `fix`'])
    ledger.settle(call, cost)
  }
  expect(watch()).toEqual([])
  spend('a', 199n)
  expect(watch()).toEqual([])
  spend('b', 1n)
  expect(watch()).toEqual([{ scope: 'run', share: 0.5, spent: 500n, limit: 1_000n }])
  expect(watch()).toEqual([])
  spend('c', 500n)
  expect(watch().map(({ share }) => share)).toEqual([0.8, 1])
})
