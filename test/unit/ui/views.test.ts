import { describe, expect, it } from 'vitest'
import { views } from '../../../src/ui/registry.ts'
import { begin, passed, record, START, started, step, STORY } from '../store/sample.ts'
import { handClock, play, screen } from './screen.ts'

const SUMMARY = `failed in 15.0s, $0.2234: 2 passed, 1 failed, 1 skipped
  error: test(os=mac): it exited with code 3
  next: orch-run resume r1
  report: .orch-run/runs/r1/report.json
`

describe('the silent view', () => {
  it('tells only of a run that did not pass', async () => {
    const bad = screen()
    const silent = await views.silent(bad.settings)
    await silent.close(play(silent, record(STORY), () => silent.output('a', 'stdout', 'x')))
    expect(bad.text()).toBe(SUMMARY)
    const good = screen()
    const quiet = await views.silent(good.settings)
    await quiet.close(play(quiet, record([started([step('a')]), begin('a'), passed('a'), { type: 'run-finished', status: 'passed', exitCode: 0, outputs: {} }])))
    expect(good.text()).toBe('')
  })
})

describe('the JSON view', () => {
  it('is the events of the journal, one a line, without a control character or a command', async () => {
    const { settings, text } = screen()
    const view = await views.json(settings)
    const events = record([...STORY, { type: 'noticed', severity: 'warning', code: 'x', step: null, message: 'a\u001b[2J\u009b\u007f ##[error] ##vso[x] ##' }])
    await view.close(play(view, events))
    expect(text().trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(events)
    expect(text().replaceAll('\n', '')).not.toMatch(/\p{Cc}|##\w*\[/u)
  })
})

describe('the automatic view', () => {
  it('is in lines where nobody looks, and so is a tree that was asked for', async () => {
    for (const name of ['auto', 'tree'] as const) {
      const { settings, text } = screen()
      const view = await views[name](settings, handClock(START))
      await view.close(play(view, record(STORY)))
      expect(text().startsWith('run r1: fix-and-prove, 4 steps\nimplement: started\n')).toBe(true)
      expect(text().endsWith(SUMMARY)).toBe(true)
    }
  })

  it('is a tree on a terminal', async () => {
    const { settings, text } = screen({ interactive: true })
    const view = await views.auto(settings, handClock(START))
    await view.close(play(view, record(STORY)))
    expect(text()).toContain('\u001b[')
  })
})

describe('the summary', () => {
  it('counts failures that it does not name, and leaves a missing report out', async () => {
    const { settings, text } = screen({}, { report: null })
    const view = await views.silent(settings)
    const ids = Array.from({ length: 25 }, (_, index) => `s${index}`)
    await view.close(play(view, record([
      started(ids.map((id) => step(id, [], { continueOnError: id === 's0' }))), ...ids.flatMap((id) => [begin(id), { ...passed(id), status: 'failed' } as typeof STORY[number]]),
      { type: 'run-finished', status: 'failed', exitCode: 1, outputs: {} },
    ])))
    const lines = text().split('\n')
    expect([lines[0], lines[1], lines[2], lines[21], lines[22], lines.length]).toEqual([
      'failed in 51.0s: 25 failed', '  warning: s0: it failed', '  error: s1: it failed', '  and 5 more that failed', '  next: orch-run resume r1', 24,
    ])
  })
})
