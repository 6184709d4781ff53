import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { createTree } from '../../../src/ui/tree.ts'
import type { RunEvent } from '../../../src/run/event.ts'
import { begin, passed, record, START, started, step, STORY } from '../store/sample.ts'
import { handClock, play, screen } from './screen.ts'

const ICONS = /^(\s*)[^\s\w] /gmu

/** What is left on the screen: everything below the first line and after the last time it was cleared, without the icons. */
function finalState(text: string): string {
  const cleared = text.slice(Math.max(text.lastIndexOf('\u001b[2K'), text.indexOf('\n') + 1))
  return stripVTControlCharacters(cleared).replace(ICONS, '$1')
}

describe('the tree', () => {
  it('leaves every step with its time, cost and outcome on the screen, then the notices and the summary', async () => {
    const { settings, text } = screen({ interactive: true })
    const clock = handClock(START)
    const view = await createTree(settings, clock)
    await view.close(play(view, record(STORY), () => clock.move(1000)))
    expect(finalState(text())).toBe(`implement 6.0s · $0.1234 · 2 changed · tests ✔
test 2/2
  test(os=linux) 3.0s
  test(os=mac) 3.0s: it exited with code 3
later
ship: test did not pass
warning: test: a file outside was written
failed in 15.0s, $0.2234: 2 passed, 1 failed, 1 skipped
  error: test(os=mac): it exited with code 3
  next: orch-run resume r1
  report: .orch-run/runs/r1/report.json
`)
    expect([text().endsWith('report.json\n'), clock.waiting(), text().includes('\u001b[?25h')]).toEqual([true, 0, true])
  })

  it('shows what a step does now, harmless, and how long it has done so', async () => {
    const { settings, text } = screen({ interactive: true })
    const clock = handClock(START)
    const view = await createTree(settings, clock)
    const run = play(view, record([started([step('a'), step('b', ['a'])]), begin('a')]))
    await seen(text, 'b\n')
    view.activity('a', 'reading\u001b[2J src/a.ts')
    clock.move(4000)
    await seen(text, 'a 3.0s\n')
    await seen(text, '› reading src/a.ts')
    view.output('a', 'stdout', '::error::%s\r')
    view.output('a', 'stdout', '   ')
    clock.move(250)
    await seen(text, '› : :error::%s')
    await view.close(run)
  })

  it('has no colours where none are wanted, whatever the environment says', async () => {
    vi.stubEnv('FORCE_COLOR', '1')
    vi.stubEnv('NO_COLOR', undefined)
    for (const color of [true, false]) {
      const { settings, text } = screen({ interactive: true, color })
      const view = await createTree(settings, handClock(START))
      await view.close(play(view, record(STORY)))
      expect(/\p{Cc}\[\d*m/u.test(text())).toBe(color)
    }
    vi.unstubAllEnvs()
  })

  it('gives way to lines where it would be longer than anybody\'s screen', async () => {
    const { settings, text } = screen({ interactive: true })
    const clock = handClock(START)
    const view = await createTree(settings, clock)
    const ids = Array.from({ length: 201 }, (_, index) => `s${index}`)
    const story: RunEvent[] = [started(ids.map((id) => step(id))), begin('s0'), passed('s0'), { type: 'run-finished', status: 'passed', exitCode: 0, outputs: {} }]
    await view.close(play(view, record(story), () => view.output('s0', 'stdout', 'hello')))
    expect(text()).toBe(`run r1: fix-and-prove, 201 steps
s0 | hello
s0: started
s0 | hello
s0: passed in 900ms
s0 | hello
s0 | hello
passed in 3.0s: 1 passed, 200 pending
  report: .orch-run/runs/r1/report.json
`)
  })

  it('closes before anything happened', async () => {
    const { settings, text } = screen({ interactive: true })
    const view = await createTree(settings, handClock(START))
    await view.close(play(view, []))
    expect(text()).toContain('next: orch-run resume r1')
  })
})

/** The tree is drawn by a timer of its own: waits until the text has come. */
async function seen(text: () => string, part: string): Promise<void> {
  await expect.poll(() => stripVTControlCharacters(text()).includes(part), { interval: 5, timeout: 5000 }).toBe(true)
}
