import type { Clock } from '../../../src/base/ports.ts'
import { fold } from '../../../src/run/fold.ts'
import { emptyRun } from '../../../src/run/lay.ts'
import type { Recorded } from '../../../src/run/event.ts'
import type { Run } from '../../../src/run/run.ts'
import type { Terminal, View, ViewSettings } from '../../../src/ui/view.ts'

export interface Screen {
  readonly settings: ViewSettings
  text(this: void): string
}

export function screen(terminal: Partial<Terminal> = {}, settings: Partial<ViewSettings> = {}): Screen {
  let text = ''
  return {
    text: () => text,
    settings: {
      terminal: { write: (more) => { text += more }, columns: 100, rows: 40, color: false, interactive: false, ...terminal },
      resume: 'orch-run resume r1',
      report: '.orch-run/runs/r1/report.json',
      ...settings,
    },
  }
}

/** Shows events as the engine does: each is folded first. */
export function play(view: View, events: readonly Recorded[], between: (event: Recorded) => void = () => {}): Run {
  const run = emptyRun('r1')
  for (const event of events) {
    view.event(event, fold(run, event))
    between(event)
  }
  return run
}

/** A clock that is moved by hand. */
export function handClock(start: number): Clock & { move(ms: number): void; readonly waiting: () => number } {
  let now = start
  let timers: { at: number; callback: () => void }[] = []
  return {
    now: () => now,
    elapsed: () => now,
    after: (ms, callback) => {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return () => { timers = timers.filter((other) => other !== timer) }
    },
    move: (ms) => {
      const end = now + ms
      for (let due = timers.find((timer) => timer.at <= end); due; due = timers.find((timer) => timer.at <= end)) {
        const { at, callback } = due
        timers = timers.filter((timer) => timer.callback !== callback)
        now = at
        callback()
      }
      now = end
    },
    waiting: () => timers.length,
  }
}
