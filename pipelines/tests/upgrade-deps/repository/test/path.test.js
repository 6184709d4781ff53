import { path } from '../src/path.js'
import { strictEqual } from 'node:assert'
import { test } from 'node:test'

test('parts are joined', () => strictEqual(path(['a', 'b']), 'a-b'))
