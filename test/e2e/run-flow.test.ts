import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn } from '../rig/processes.ts'
import { folderWith, removeFolders } from '../rig/program.ts'
import { failures, outputsOf, runFor, statuses } from '../rig/report.ts'
import { MEASURED } from '../rig/measured.ts'

afterAll(removeFolders)

describe('a step that does not end', () => {
  it('is stopped with all that it started when its time is over, and that can be tried again', MEASURED, async () => {
    const folder = folderWith({ 'p.yml': `
steps:
  slow:
    timeout: 300ms
    retry: { attempts: 2, backoff: 10ms }
    run: |
      mkfifo never-$ORCH_ATTEMPT
      setsid bash -c 'echo $$ >> pids; cat never-1 never-2' &
      echo $$ >> pids
      cat never-$ORCH_ATTEMPT
  after: { needs: slow, run: 'touch after' }
` })
    const { report, ended } = await runFor(1, folder, ['p.yml'])
    expect(failures(report)).toEqual({ slow: 'timeout: it did not end within its timeout' })
    expect(report.steps[0]?.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([[1, 'failed'], [2, 'failed']])
    expect(statuses(report)).toEqual({ slow: 'failed', after: 'skipped' })
    const pids = pidsIn(join(folder, 'pids'))
    expect([pids.length, living(pids)]).toEqual([4, []])
    expect(ended.ms).toBeLessThan(10_000)
  })
})

describe('a step that fails', () => {
  it('is tried again as often as `retry` says, for the failures that it names, with the number of the attempt in its environment', async () => {
    const folder = folderWith({ 'p.yml': `
steps:
  third: { run: 'test "$ORCH_ATTEMPT" = 3 && echo "v=\${{ run.attempt }}" >> "$ORCH_OUTPUT"', retry: { attempts: 4, backoff: 1ms } }
  other: { run: exit 7, retry: { attempts: 3, backoff: 1ms, on: [timeout] } }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(report.steps.map(({ id, status, attempts, exit_code, outputs }) => ({ id, status, attempts: attempts.map((one) => one.status), exit_code, outputs }))).toEqual([
      { id: 'third', status: 'passed', attempts: ['failed', 'failed', 'passed'], exit_code: 0, outputs: { v: '3' } },
      { id: 'other', status: 'failed', attempts: ['failed'], exit_code: 7, outputs: {} },
    ])
  })

  it('counts as passed with `continue_on_error`, is seen as failed, and holds up whoever needs it otherwise', async () => {
    const folder = folderWith({ 'p.yml': `
steps:
  tolerated: { run: exit 3, continue_on_error: true }
  bad: { run: 'exit 4' }
  goes-on: { needs: tolerated, run: 'echo "v=\${{ steps.tolerated.status }} \${{ steps.tolerated.exit_code }}" >> "$ORCH_OUTPUT"' }
  blocked: { needs: bad, run: 'touch never' }
  blocked-below: { needs: blocked, run: 'touch never' }
  even-so: { needs: blocked-below, if: always(), run: 'echo "v=\${{ steps.bad.status }} \${{ steps.blocked.status }}" >> "$ORCH_OUTPUT"' }
  on-failure: { needs: bad, if: failure(), run: 'true' }
  no-failure: { needs: tolerated, if: failure(), run: 'touch never' }
  not-taken: { if: 'success() && inputs.go', run: 'touch never' }
  below-not-taken: { needs: not-taken, run: 'echo "v=\${{ steps.not-taken.status }}" >> "$ORCH_OUTPUT"' }
  expression: { needs: goes-on, if: "\${{ contains(steps.goes-on.outputs.v, '3') }}", run: 'true' }
  cancelled: { if: cancelled(), run: 'touch never' }
inputs: { go: { type: boolean, default: false } }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(statuses(report)).toEqual({
      tolerated: 'failed', bad: 'failed', 'goes-on': 'passed', blocked: 'skipped', 'blocked-below': 'skipped', 'even-so': 'passed', 'on-failure': 'passed',
      'no-failure': 'skipped', 'not-taken': 'skipped', 'below-not-taken': 'passed', expression: 'passed', cancelled: 'skipped',
    })
    expect(outputsOf(report)).toMatchObject({ 'goes-on': { v: 'failed 3' }, 'even-so': { v: 'failed skipped' }, 'below-not-taken': { v: 'skipped' } })
    expect(report.exceptions.map(({ severity, step }) => [severity, step])).toEqual([['warning', 'tolerated'], ['error', 'bad']])
  })

  it('passes the run when all that failed is tolerated', async () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: exit 3, continue_on_error: true }\n' })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect([report.run.status, statuses(report)]).toEqual(['passed', { a: 'failed' }])
  })
})

describe('a matrix', () => {
  it('unrolls lists, includes and excludes, and what a step above made', async () => {
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 8 }
steps:
  plain:
    matrix: { a: [1, 2], b: [x, y], exclude: [{ a: 1, b: y }], include: [{ a: 2, b: x, c: more }, { a: 9, b: z }] }
    run: 'echo "v=\${{ matrix.a }}\${{ matrix.b }}\${{ matrix.c }}" >> "$ORCH_OUTPUT"'
  make: { run: 'echo "broken=[1" >> "$ORCH_OUTPUT"; echo "list=[1,\\"two\\"]" >> "$ORCH_OUTPUT"; echo "none=[]" >> "$ORCH_OUTPUT"; echo "whole={\\"k\\":[3],\\"include\\":[{\\"k\\":4}]}" >> "$ORCH_OUTPUT"' }
  list: { needs: make, matrix: { n: "\${{ fromJSON(steps.make.outputs.list) }}" }, run: 'echo "v=\${{ matrix.n }}" >> "$ORCH_OUTPUT"' }
  whole: { needs: make, matrix: "\${{ fromJSON(steps.make.outputs.whole) }}", run: 'echo "v=\${{ matrix.k }}" >> "$ORCH_OUTPUT"' }
  none: { needs: make, matrix: { n: "\${{ fromJSON(steps.make.outputs.none) }}" }, run: 'touch never' }
  bad: { needs: make, matrix: { n: "\${{ fromJSON(steps.make.outputs.broken) }}" }, run: 'touch never', continue_on_error: true }
  half: { matrix: { n: [1, 2] }, run: 'test \${{ matrix.n }} = 1' , continue_on_error: true }
  after-none: { needs: none, run: 'true' }
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(outputsOf(report)).toMatchObject({
      'plain(a=1,b=x)': { v: '1x' }, 'plain(a=2,b=x,c=more)': { v: '2xmore' }, 'plain(a=2,b=y)': { v: '2y' }, 'plain(a=9,b=z)': { v: '9z' },
      'list(n=1)': { v: '1' }, 'list(n=two)': { v: 'two' }, 'whole(k=3)': { v: '3' }, 'whole(k=4)': { v: '4' },
    })
    expect(statuses(report)).toEqual({
      'plain(a=1,b=x)': 'passed', 'plain(a=2,b=x,c=more)': 'passed', 'plain(a=2,b=y)': 'passed', 'plain(a=9,b=z)': 'passed', make: 'passed',
      'list(n=1)': 'passed', 'list(n=two)': 'passed', 'whole(k=3)': 'passed', 'whole(k=4)': 'passed', none: 'skipped', bad: 'failed',
      'half(n=1)': 'passed', 'half(n=2)': 'failed', 'after-none': 'passed',
    })
    expect(failures(report).bad).toMatch(/^expression-failed: the matrix of `bad` cannot be evaluated: /)
  })
})
