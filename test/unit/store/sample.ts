import type { PlannedStep, Recorded, RunEvent } from '../../../src/run/event.ts'
import { fold } from '../../../src/run/fold.ts'
import { emptyRun } from '../../../src/run/lay.ts'
import type { Run } from '../../../src/run/run.ts'

/** 2026-11-21T08:15:30.000Z */
export const START = Date.UTC(2026, 10, 21, 8, 15, 30)

export function step(id: string, needs: readonly string[] = [], extra: Partial<PlannedStep> = {}): PlannedStep {
  return { id, kind: 'run', name: null, needs, continueOnError: false, agent: null, nodes: [{ id, matrix: null }], ...extra }
}

/** One second lies between two events. */
export function record(events: readonly RunEvent[], from = 1): Recorded[] {
  return events.map((event, index) => ({ seq: from + index, at: START + (from + index - 1) * 1000, ...event }))
}

export function runOf(id: string, events: readonly Recorded[]): Run {
  return events.reduce((run, event) => fold(run, event), emptyRun(id))
}

export function started(plan: readonly PlannedStep[], budget: string | null = null): RunEvent {
  return {
    type: 'run-started', run: 'r1', version: 1, pipeline: 'fix-and-prove', file: 'ci/pipeline.yml', inputs: { task: 'mend it' }, plan,
    base: { commit: 'b'.repeat(40), branch: 'main', dirty: true }, budget,
  }
}

export function begin(node: string, attempt = 1): RunEvent {
  return { type: 'attempt-started', node, attempt, fingerprint: `print of ${node}` }
}

export function passed(node: string, extra: object = {}): RunEvent {
  return {
    type: 'attempt-ended', node, attempt: 1, status: 'passed', durationMs: 900, exitCode: 0, outputs: {}, commit: null, filesChanged: [],
    model: null, failure: null, retryAt: null, ...extra,
  }
}

export function failed(node: string, extra: object = {}): RunEvent {
  return passed(node, { status: 'failed', exitCode: 3, failure: { code: 'exit-code', message: 'it exited with code 3', exitCode: 3 }, ...extra })
}

/** A run with all kinds of events: an agent that repairs, a matrix, a failure, a blocked step, an open call. */
export const STORY: readonly RunEvent[] = [
  started([
    step('implement', [], { kind: 'agent', agent: 'developer' }),
    step('test', ['implement'], { nodes: [{ id: 'test(os=linux)', matrix: { os: 'linux' } }, { id: 'test(os=mac)', matrix: { os: 'mac' } }] }),
    step('later', ['implement'], { nodes: null }),
    step('ship', ['test']),
  ], '5000000000000'),
  begin('implement'),
  { type: 'route-decided', node: 'implement', attempt: 1, route: 'coding', chosen: 'claude/sonnet', reason: 'priority', excluded: [{ model: 'gpt/5', because: 'breaker-open' }], outcome: 'ok', fallback: true },
  { type: 'call-reserved', call: 'implement/1/0', node: 'implement', attempt: 1, provider: 'claude', model: 'sonnet', hold: '900000000000' },
  { type: 'call-settled', call: 'implement/1/0', cost: '123400000001', basis: 'measured', usage: { input: 100, output: 20, cacheRead: 7, cacheWrite: 3 }, retries: 1 },
  { type: 'check-finished', node: 'implement', attempt: 1, round: 0, result: { name: 'tests', kind: 'tests', status: 'failed', gate: 'block', durationMs: 1200, exitCode: 1, message: 'it exited with code 1', problems: [{ file: 'src/a.ts', line: 3, column: 1, severity: 'error', message: 'expected 2', rule: null }] } },
  { type: 'check-finished', node: 'implement', attempt: 1, round: 1, result: { name: 'tests', kind: 'tests', status: 'passed', gate: 'block', durationMs: 1100, exitCode: 0, message: null, problems: [] } },
  passed('implement', { exitCode: null, outputs: { text: 'done' }, commit: 'c'.repeat(40), filesChanged: ['src/a.ts', 'src/b.ts'], model: 'claude/sonnet' }),
  begin('test(os=linux)'),
  begin('test(os=mac)'),
  { type: 'noticed', severity: 'warning', code: 'outside-write', step: 'test', message: 'a file outside was written' },
  passed('test(os=linux)'),
  failed('test(os=mac)'),
  { type: 'node-skipped', node: 'ship', cause: { kind: 'blocked', need: 'test' } },
  { type: 'call-reserved', call: 'implement/1/1', node: 'implement', attempt: 1, provider: 'claude', model: 'sonnet', hold: '100000000000' },
  { type: 'run-finished', status: 'failed', exitCode: 1, outputs: {} },
]
