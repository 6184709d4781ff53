import { age } from '../src/age.js'
import { strictEqual } from 'node:assert'
import { test } from 'node:test'

test('a birthday that has come counts', () => {
  strictEqual(age(new Date('2000-03-01'), new Date('2020-04-01')), 20)
})

test('a birthday that is still to come does not count', () => {
  strictEqual(age(new Date('2000-03-01'), new Date('2020-02-01')), 19)
})
