import { slug } from '../src/slug.js'
import { strictEqual } from 'node:assert'
import { test } from 'node:test'

test('words are joined', () => strictEqual(slug('Hello World'), 'hello-world'))
