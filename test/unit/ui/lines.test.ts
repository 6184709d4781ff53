import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../src/run/event.ts'
import { createLines } from '../../../src/ui/lines.ts'
import { begin, failed, passed, record, started, step, STORY } from '../store/sample.ts'
import { play, screen } from './screen.ts'

async function shown(story: readonly RunEvent[], color = false): Promise<string> {
  const { settings, text } = screen({ color })
  const view = createLines(settings)
  await view.close(play(view, record(story), (event) => {
    if (event.type === 'attempt-started') view.output(event.node, 'stdout', `\u001b[1mhello\u001b[0m from ${event.node}`)
    view.activity('implement', 'thinking')
  }))
  return text()
}

describe('the view in lines', () => {
  it('tells a run from its start to its summary', async () => {
    expect(await shown(STORY)).toBe(`run r1: fix-and-prove, 4 steps
implement: started
implement | hello from implement
implement: claude/sonnet is chosen (gpt/5: breaker-open)
implement: check tests failed in 1.2s: it exited with code 1
implement | src/a.ts:3:1 error: expected 2
implement: check tests passed in 1.1s after repair 1
implement: passed in 900ms, $0.1234, 2 files changed, commit cccccccccc
test(os=linux): started
test(os=linux) | hello from test(os=linux)
test(os=mac): started
test(os=mac) | hello from test(os=mac)
warning: test: a file outside was written
test(os=linux): passed in 900ms
test(os=mac): failed in 900ms: it exited with code 3
ship: skipped, test did not pass
failed in 15.0s, $0.2234: 2 passed, 1 failed, 1 skipped
  error: test(os=mac): it exited with code 3
  next: orch-run resume r1
  report: .orch-run/runs/r1/report.json
`)
  })

  it('tells retries, resumes, runtime matrices, skips and stops', async () => {
    const plan = [step('a'), step('b', ['a'], { nodes: null }), step('c')]
    expect(await shown([
      started(plan), begin('a'), failed('a', { retryAt: 5 }), begin('a', 2), passed('a', { attempt: 2 }),
      { type: 'nodes-expanded', step: 'b', nodes: [{ id: 'b', matrix: null }] }, { type: 'node-skipped', node: 'b', cause: { kind: 'empty' } },
      { type: 'node-skipped', node: 'c', cause: { kind: 'condition' } },
      { type: 'run-stopping', cause: { kind: 'signal', signal: 'SIGINT' } }, { type: 'run-finished', status: 'cancelled', exitCode: 130, outputs: {} },
      { type: 'run-resumed', plan, keep: ['a'], base: null, budget: null },
      { type: 'run-stopping', cause: { kind: 'timeout', afterMs: 60_000 } },
      { type: 'run-finished', status: 'cancelled', exitCode: 3, outputs: {} },
    ])).toBe(`run r1: fix-and-prove, 3 steps
a: started
a | hello from a
a: failed in 900ms, to be tried again: it exited with code 3
a: started, attempt 2
a | hello from a
a: passed in 900ms
b: 1 node
b: skipped, its matrix is empty
c: skipped, its condition is false
stopping: SIGINT was received
run r1: resumed, 1 node kept
stopping: the run did not end within its timeout of 1m 00s
cancelled in 12.0s: 1 passed, 1 pending
  stopped: the run did not end within its timeout of 1m 00s
  next: orch-run resume r1
  report: .orch-run/runs/r1/report.json
`)
  })

  it('shows ten problems of a check and counts the others', async () => {
    const problems = Array.from({ length: 12 }, (_, index) => ({ file: null, line: null, column: null, severity: 'warning' as const, message: `p${index}`, rule: null }))
    const result = { name: 'lint', kind: 'lint', status: 'failed', gate: 'warn', durationMs: 5, exitCode: 1, message: null, problems } as const
    const lines = (await shown([started([step('a')]), { type: 'check-finished', node: 'a', attempt: 1, round: 0, result }])).split('\n')
    expect([lines[1], lines[2], lines[11], lines[12]]).toEqual(['a: check lint failed in 5ms', 'a | warning: p0', 'a | warning: p9', 'a | and 2 more problems'])
  })

  it('lets nothing of a stranger reach the terminal as it is', async () => {
    const evil = '\u001b]0;pwn\u0007\n::error::x\r##[error]'
    const text = await shown([
      started([step(evil)]), begin(evil), { type: 'noticed', severity: 'error', code: 'x', step: evil, message: evil },
      { type: 'check-finished', node: evil, attempt: 1, round: 0, result: { name: evil, kind: evil, status: 'failed', gate: 'block', durationMs: 1, exitCode: 1, message: evil, problems: [{ file: evil, line: 1, column: 1, severity: 'error', message: evil, rule: evil }] } },
      { type: 'route-decided', node: evil, attempt: 1, route: evil, chosen: evil, reason: evil, excluded: [{ model: evil, because: evil }], outcome: evil },
      failed(evil, { failure: { code: 'internal', message: evil }, commit: evil, model: evil }),
      { type: 'node-skipped', node: evil, cause: { kind: 'blocked', need: evil } },
      { type: 'run-stopping', cause: { kind: 'budget', message: evil } },
      { type: 'run-finished', status: 'failed', exitCode: 3, outputs: {} },
    ])
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text.split('\n').filter((line) => /^\s*::|##\w*\[/.test(line))).toEqual([])
  })

  it('has colours only where they are wanted', async () => {
    expect((await shown(STORY, true)).split('\n').slice(0, 2)).toEqual(['\u001b[1mrun r1\u001b[22m: fix-and-prove, 4 steps', '\u001b[36mimplement\u001b[39m: started'])
  })
})
