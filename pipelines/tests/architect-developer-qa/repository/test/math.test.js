import { add } from '../src/math.js'
import { strictEqual } from 'node:assert'
import { test } from 'node:test'

test('numbers are added', () => strictEqual(add(1, 2), 3))
