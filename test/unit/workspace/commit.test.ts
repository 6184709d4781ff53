import { describe, expect, it } from 'vitest'
import { commitMessage } from '../../../src/workspace/commit.ts'
import { pinRef } from '../../../src/workspace/pin.ts'
import { plainText, shownList } from '../../../src/workspace/shown.ts'

describe('the message of a commit', () => {
  it('ends with the trailers as a paragraph of their own, one line each', () => {
    const trailers = [['Orch-Run', 'r1'], ['Agent: x', 'a\nSigned-off-by: nobody']] as const
    expect(commitMessage({ message: ' Fix it\n\nBecause.\n', trailers })).toBe('Fix it\n\nBecause.\n\nOrch-Run: r1\nAgent-x: a Signed-off-by: nobody\n')
  })

  it('is never empty and has no zero byte', () => {
    expect(commitMessage({ message: '\0', trailers: [] })).toBe('Change files\n')
  })
})

describe('the ref of a pin', () => {
  it('keeps the names of matrix nodes readable', () => {
    expect(pinRef('r1', 'test(node=20,os=linux)')).toBe('refs/orch-run/r1/test(node=20,os=linux)')
  })

  it('is one part for a nested node, so that it can stand beside that of its parent', () => {
    expect(pinRef('r1', 'build/task-1')).toBe('refs/orch-run/r1/build%2ftask-1')
  })

  it.each(['..', '.lock', 'a.lock', '@{', '*', 'a b', 'ä', '', '-x'])('of %j is one that git takes', (name) => {
    expect(pinRef('r1', name)).toMatch(/^refs\/orch-run\/r1\/[\w(),=+%-]+$/)
  })

  it('tells long names apart', () => {
    expect(new Set([pinRef('r', `${'x'.repeat(300)}1`), pinRef('r', `${'x'.repeat(300)}2`)]).size).toBe(2)
  })
})

describe('a path that is shown', () => {
  it('cannot steer a terminal or break a line', () => {
    expect(plainText('a\u001b[2Jb\n\u202ec')).toBe(String.raw`a\u001b[2Jb\u000a\u202ec`)
  })

  it('is one of a few', () => {
    expect(shownList(['a', 'b', 'c'], 2)).toBe('`a`, `b` and 1 more')
  })
})
