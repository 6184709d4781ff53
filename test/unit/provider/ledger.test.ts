import { expect, it } from 'vitest'
import { createLedger } from '../../../src/provider/ledger.ts'

it('a hold fits up to the limit exactly, in every scope or in none', () => {
  const ledger = createLedger(new Map([['run', { limit: 100n, spent: 10n }], ['step', { limit: 50n, spent: 0n }]]))
  expect(ledger.hold('a', 50n, ['run', 'step'])).toEqual({ ok: true, value: undefined })
  expect(ledger.hold('b', 1n, ['run', 'step'])).toEqual({ ok: false, error: { scope: 'step', limit: 50n, spent: 0n, reserved: 50n } })
  expect(ledger.state('run')).toEqual({ limit: 100n, spent: 10n, reserved: 50n })
  expect(ledger.hold('c', 40n, ['run'])).toEqual({ ok: true, value: undefined })
  expect(ledger.hold('d', 1n, ['run'])).toEqual({ ok: false, error: { scope: 'run', limit: 100n, spent: 10n, reserved: 90n } })
})

it('a call is settled once: what it cost is spent, what was held is free again', () => {
  const ledger = createLedger(new Map([['run', { limit: 100n, spent: 0n }]]))
  ledger.hold('a', 80n, ['run', 'run'])
  expect(ledger.settle('a', 30n)).toBe(true)
  expect(ledger.settle('a', 30n)).toBe(false)
  expect(ledger.settle('never held', 5n)).toBe(false)
  expect(ledger.state('run')).toEqual({ limit: 100n, spent: 30n, reserved: 0n })
  expect(() => ledger.hold('a', 1n, ['run'])).toThrow('held before')
})

it('a scope without a limit is counted', () => {
  const ledger = createLedger(new Map())
  ledger.hold('a', 10n ** 30n, ['run'])
  ledger.settle('a', 10n ** 30n)
  expect(ledger.state('run')).toEqual({ limit: undefined, spent: 10n ** 30n, reserved: 0n })
})

it('what a resumed run spent before counts, also where it is more than the limit now', () => {
  const ledger = createLedger(new Map([['run', { limit: 5n, spent: 7n }]]))
  expect(ledger.hold('a', 0n, ['run']).ok).toBe(false)
})
