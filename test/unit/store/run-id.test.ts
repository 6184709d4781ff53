import { describe, expect, it } from 'vitest'
import type { Clock, Random } from '../../../src/base/ports.ts'
import { isRunId, newRunId } from '../../../src/store/run-id.ts'
import { START } from './sample.ts'

const random: Random = { hex: (bytes) => 'ab12cd'.slice(0, bytes * 2), fraction: () => 0 }
const clock = (now: number): Clock => ({ now: () => now, elapsed: () => 0, after: () => () => {} })

describe('the id of a run', () => {
  it('tells the time in UTC, and sorts by it', () => {
    expect([newRunId(clock(START), random), newRunId(clock(START + 60_000), random)]).toEqual(['20261121-081530-ab12cd', '20261121-081630-ab12cd'])
  })

  it('is a good name for a folder', () => {
    expect(['r1', 'A.b_c-9', '20261121-081530-ab12cd', 'x'.repeat(64)].filter((id) => !isRunId(id))).toEqual([])
    expect(['', '.', '..', '-x', 'a..b', 'a/b', 'a\\b', 'a b', 'ä', 'a\n', 'x.', 'r1.lock', 'x'.repeat(65)].filter(isRunId)).toEqual([])
  })
})
