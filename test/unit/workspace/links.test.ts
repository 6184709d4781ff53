import { describe, expect, it } from 'vitest'
import { staysInside } from '../../../src/workspace/links.ts'

describe('a link in a tree', () => {
  it.each([
    ['a', 'b'], ['a', './b/c'], ['d/a', '../b'], ['d/e/a', '../../x/y'], ['a', '.'], ['d/a', '..'], ['a', 'b/'], ['a', '.github/x'],
  ])('%s → %s stays inside', (path, target) => {
    expect(staysInside(path, target)).toBe(true)
  })

  it.each([
    ['a', '/etc/passwd'], ['a', '..'], ['a', '../x'], ['d/a', '../../x'], ['d/a', 'e/../../../x'], ['a', 'b/../c'], ['a', ''],
    ['a', '.git/config'], ['d/a', '../.GIT/hooks'], ['a', 'x/git~1/y'], ['a', 'C:/x'], ['a', String.raw`..\x`],
  ])('%s → %s leaves it', (path, target) => {
    expect(staysInside(path, target)).toBe(false)
  })
})
