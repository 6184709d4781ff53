import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainLine } from '../../../src/ui/plain.ts'

describe('a line from a stranger', () => {
  it.each([
    ['hello: world :: x', 'hello: world :: x'],
    ['a\tb', 'a b'],
    ['\u001b[31mred\u001b[0m \u001b]0;title\u0007end \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'red end link'],
    ['\u009b2Jx\u0085y\u007f\u0000z', 'xyz'],
    ['10%\r20%\r100%\r', '100%'],
    ['::error::x', ': :error::x'],
    ['  ::set-env name=X::1', '  : :set-env name=X::1'],
    ['harmless\r::error::x', ': :error::x'],
    ['\u001b[0m::error::x', ': :error::x'],
    ['##[command]y', '## [command]y'],
    ['x ##[group]y ##vso[task.setvariable]z', 'x ## [group]y ## vso[task.setvariable]z'],
    ['#\u001b[0m#[error]', '## [error]'],
    ['##\u0000[error]', '## [error]'],
    ['## heading', '## heading'],
    ['abc\u202Edef\u2066', 'abc<U+202E>def<U+2066>'],
    ['', ''],
  ])('%j reads %j', (text, shown) => {
    expect(plainLine(text)).toBe(shown)
  })

  it('is cut where it is longer than anybody reads', () => {
    expect(plainLine('x'.repeat(100_000))).toBe(`${'x'.repeat(2000)}… (98000 more characters in the log)`)
  })

  it('never is a command, never holds a control character, and reads the same twice', () => {
    const parts = fc.array(fc.constantFrom('::', ':', '#', '##', '[', 'error', ' ', '\r', '\t', '\u001b', '\u001b[1m', '\u009b', '\u0000', '\u202E', '\u00a0', 'x'), { maxLength: 12 })
    fc.assert(fc.property(parts, (list) => {
      const shown = plainLine(list.join(''))
      expect(shown).not.toMatch(/^\s*::/)
      expect(shown).not.toMatch(/##\w*\[|[\p{Cc}\u202E]/u)
      expect(plainLine(shown).trim()).toBe(shown.trim())
    }), { numRuns: 2000 })
  })
})
