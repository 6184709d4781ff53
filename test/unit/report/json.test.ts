import { describe, expect, it } from 'vitest'
import { fold } from '../../../src/run/fold.ts'
import { emptyRun } from '../../../src/run/lay.ts'
import { jsonReport } from '../../../src/report/json.ts'
import { resumeCommand } from '../../../src/report/next-command.ts'
import type { Report, ReportStep } from '../../../src/report/vocabulary/report.ts'
import { begin, failed, passed, record, runOf, START, started, step, STORY } from '../store/sample.ts'

const extras = { resume: 'orch-run resume r1' }
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString()

function untouched(id: string, extra: Partial<ReportStep> = {}): ReportStep {
  return {
    id, step: id, kind: 'run', status: 'pending', needs: [], matrix: null, cached: false, reused: null, approval: null, started_at: null, finished_at: null, duration_ms: 0, exit_code: null,
    outputs: {}, commit: null, files_changed: [], cost_usd: 0, agent: null, model: null, isolation: null, program: null, attempts: [], checks: [], artifacts: [], failure: null, ...extra,
  }
}

const EXPECTED: Report = {
  version: 1,
  run: {
    id: 'r1', pipeline: 'fix-and-prove', file: 'ci/pipeline.yml', status: 'failed', exit_code: 1, started_at: at(0), finished_at: at(15), duration_ms: 15_000,
    resumes: 0, again: [], resume_after: null, isolation: null, inputs: { task: 'mend it' }, outputs: {},
  },
  git: { base: 'b'.repeat(40), head: 'c'.repeat(40), dirty: true },
  totals: { cost_usd: 0.223400000001, input_tokens: 110, output_tokens: 20, cached_tokens: 7, requests: 2, retries: 1, fallbacks: 1 },
  budget: { limit_usd: 5, spent_usd: 0.123400000001, reserved_usd: 0.1 },
  models: [{ model: 'claude/sonnet', cost_usd: 0.223400000001, requests: 2, input_tokens: 110, output_tokens: 20, cached_tokens: 7 }],
  agents: { developer: { steps: 1, attempts: 1, failures: 0, turns: 0, calls: 2, cost_usd: 0.223400000001, tools: {} } },
  assignments: [],
  steps: [
    untouched('implement', {
      kind: 'agent', status: 'passed', started_at: at(1), finished_at: at(7), duration_ms: 6000, outputs: { text: 'done' }, commit: 'c'.repeat(40),
      files_changed: ['src/a.ts', 'src/b.ts'], cost_usd: 0.123400000001, agent: 'developer', model: 'claude/sonnet',
      attempts: [{ attempt: 1, agent: 'developer', status: 'passed', duration_ms: 900, failure: null }],
      checks: [{ name: 'tests', kind: 'tests', status: 'passed', gate: 'block', duration_ms: 1100, exit_code: 0, message: null, problems: [] }],
    }),
    untouched('test(os=linux)', {
      step: 'test', status: 'passed', needs: ['implement'], matrix: { os: 'linux' }, started_at: at(8), finished_at: at(11), duration_ms: 3000, exit_code: 0,
      attempts: [{ attempt: 1, agent: null, status: 'passed', duration_ms: 900, failure: null }],
    }),
    untouched('test(os=mac)', {
      step: 'test', status: 'failed', needs: ['implement'], matrix: { os: 'mac' }, started_at: at(9), finished_at: at(12), duration_ms: 3000, exit_code: 3,
      attempts: [{ attempt: 1, agent: null, status: 'failed', duration_ms: 900, failure: { code: 'exit-code', message: 'it exited with code 3' } }],
      failure: { code: 'exit-code', message: 'it exited with code 3' },
    }),
    untouched('later', { needs: ['implement'] }),
    untouched('ship', { status: 'skipped', needs: ['test'], finished_at: at(13) }),
  ],
  routes: [{
    step: 'implement', attempt: 1, at: at(2), route: 'coding', chosen: 'claude/sonnet', reason: 'priority', excluded: [{ model: 'gpt/5', because: 'breaker-open' }], outcome: 'ok',
  }],
  exceptions: [
    { severity: 'error', step: 'test(os=mac)', code: 'exit-code', message: 'it exited with code 3', tried: ['attempt 1: exit-code: it exited with code 3'], next: 'orch-run resume r1' },
    { severity: 'warning', step: 'test', code: 'outside-write', message: 'a file outside was written', tried: [], next: null },
  ],
  deliveries: [],
}

describe('the JSON report', () => {
  it('tells a whole run', () => {
    expect(jsonReport(runOf('r1', record(STORY)), extras)).toEqual(EXPECTED)
  })

  it('of a run that was kept says so, and asks nothing of anybody when it passed', () => {
    const plan = [step('a'), step('b', ['a'], { continueOnError: true })]
    const story = record([
      started(plan), begin('a'), passed('a', { commit: 'd'.repeat(40) }), begin('b'), failed('b'), { type: 'run-finished', status: 'failed', exitCode: 1, outputs: {} },
      { type: 'run-resumed', plan, keep: ['a'], base: null, budget: null }, begin('b', 2), failed('b', { attempt: 2, commit: 'e'.repeat(40) }),
      { type: 'run-finished', status: 'passed', exitCode: 0, outputs: { commit: 'd' } },
    ])
    const report = jsonReport(runOf('r1', story), extras)
    expect([report.run.status, report.run.resumes, report.run.outputs, report.git]).toEqual(['passed', 1, { commit: 'd' }, { base: null, head: 'd'.repeat(40), dirty: false }])
    expect(report.steps.map(({ id, status, cached, attempts }) => [id, status, cached, attempts.map((attempt) => attempt.attempt)])).toEqual([['a', 'passed', true, [1]], ['b', 'failed', false, [1, 2]]])
    expect(report.exceptions).toEqual([{ severity: 'warning', step: 'b', code: 'exit-code', message: 'it exited with code 3', tried: [1, 2].map((n) => `attempt ${n}: exit-code: it exited with code 3`), next: null }])
    expect(report.budget).toEqual({ limit_usd: null, spent_usd: 0, reserved_usd: 0 })
  })

  it.each([
    [{ kind: 'signal', signal: 'SIGTERM' }, 'cancelled', 'the run was ended by SIGTERM'],
    [{ kind: 'timeout', afterMs: 90_000 }, 'run-timeout', 'the run did not end within its timeout of 1m 30s'],
    [{ kind: 'budget', message: 'the budget of $5 is used up' }, 'budget-exceeded', 'the budget of $5 is used up'],
  ] as const)('tells why a run was stopped (%j)', (cause, code, message) => {
    const story = record([started([step('a')]), { type: 'run-stopping', cause }, { type: 'run-finished', status: 'cancelled', exitCode: 3, outputs: {} }])
    const report = jsonReport(runOf('r1', story), extras)
    expect([report.exceptions, report.steps.map((one) => one.status)]).toEqual([[{ severity: 'error', step: null, code, message, tried: [], next: 'orch-run resume r1' }], ['pending']])
  })

  it('can be made at any moment of a run', () => {
    const run = emptyRun('r1')
    for (const event of record(STORY)) {
      const report = jsonReport(fold(run, event), extras)
      expect(report.steps.map((one) => one.id).length).toBe(5)
      if (event.type !== 'run-finished') expect([report.run.status, report.run.finished_at, report.run.exit_code]).toEqual(['pending', null, null])
    }
  })
})

describe('the command that goes on', () => {
  it('names the state folder where it is not the usual one, as a shell reads it', () => {
    expect([resumeCommand('r1', '.orch-run'), resumeCommand('r1', 'ci/state'), resumeCommand('r1', "it's here")])
      .toEqual(['orch-run resume r1', 'orch-run resume r1 --state-dir ci/state', "orch-run resume r1 --state-dir 'it'\\''s here'"])
  })
})
