import assert from 'node:assert/strict'
import { test } from 'node:test'
import { total } from '../src/invoice.ts'

const discounts = [
  { from: 10, percent: 5 },
  { from: 100, percent: 20 },
]

test('without a discount the total is the sum of the lines', () => {
  assert.equal(total([{ name: 'pen', quantity: 2, unitPrice: 150 }, { name: 'ink', quantity: 1, unitPrice: 999 }], discounts), 1299)
})

test('a discount is given from its quantity on', () => {
  assert.equal(total([{ name: 'pen', quantity: 10, unitPrice: 100 }], discounts), 950)
})

test('the best discount that is reached counts', () => {
  assert.equal(total([{ name: 'pen', quantity: 100, unitPrice: 100 }], discounts), 8000)
})

test('a total is a whole number of cents', () => {
  assert.equal(total([{ name: 'clip', quantity: 11, unitPrice: 3 }], discounts), 31)
})
