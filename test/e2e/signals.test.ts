import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn, pipeAt } from '../rig/processes.ts'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { MEASURED } from '../rig/measured.ts'

afterAll(removeFolders)

/** What GitHub leaves a job that is cancelled. */
const LIMIT_MS = 7500

/** Where nothing has to be killed; most of it for a machine that has other things to do. */
const PROMPT_MS = 3000

/** `hang` tells its pids, then waits for ever at its first attempt; `kind` is how it takes a request to stop. */
function pipeline(kind: 'tame' | 'deaf'): string {
  const trap = kind === 'deaf' ? "trap '' TERM INT HUP; " : ''
  return `
steps:
  before: { run: 'echo x >> $LOG; echo made > made.txt', workspace: worktree }
  hang:
    needs: before
    run: |
      ${trap}if [ "$ORCH_ATTEMPT" != 1 ]; then echo "v=$(cat made.txt)" >> "$ORCH_OUTPUT"; exit; fi
      mkfifo "$LOG.never"
      echo $$ > $LOG.pids
      setsid bash -c '${trap}echo $$ >> '"$LOG"'.pids; read x < "$0"; read x < "$0"' "$LOG.never" &
      (bash -c '${trap}echo $$ >> '"$LOG"'.pids; read x < "$0"; read x < "$0"' "$LOG.never") &
      while [ "$(wc -l < $LOG.pids)" != 3 ]; do :; done
      echo ready > "$READY"
      wait
  after: { needs: hang, run: 'echo y >> $LOG' }
`
}

interface Scene {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly ready: ReturnType<typeof pipeAt>
  readonly pids: () => readonly number[]
}

function scene(kind: 'tame' | 'deaf'): Scene {
  const folder = repositoryWith({ 'p.yml': pipeline(kind), '.gitignore': 'log*\nready\n' })
  const log = join(folder, 'log')
  const ready = pipeAt(join(folder, 'ready'))
  return { folder, env: { LOG: log, READY: ready.path }, ready, pids: () => pidsIn(`${log}.pids`) }
}

function expectClean(folder: string): void {
  const worktrees = join(folder, '.orch-run/worktrees')
  expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([])
  expect(readdirSync(join(folder, '.orch-run/runs')).filter((name) => name.endsWith('.lock'))).toEqual([])
}

describe.each([['SIGINT', 130, 'tame'], ['SIGTERM', 143, 'tame'], ['SIGTERM', 143, 'deaf']] as const)('%s (exit code %i), children %s', (signal, code, kind) => {
  it('ends the step with all that it started, leaves a cancelled run that `resume` finishes', MEASURED, async () => {
    const { folder, env, ready, pids } = scene(kind)
    let signalled = 0
    const onStart = (pid: number): void => void ready.said().then(() => {
      signalled = performance.now()
      process.kill(pid, signal)
    })
    const { report, ended } = await runFor(code, folder, ['p.yml', '--run-id', 'r1'], { env, onStart })
    expect(performance.now() - signalled).toBeLessThan(kind === 'deaf' ? LIMIT_MS : PROMPT_MS)
    expect([pids().length, living(pids())]).toEqual([3, []])
    expectClean(folder)
    expect(report.run).toMatchObject({ status: 'cancelled', exit_code: code })
    expect(statuses(report)).toEqual({ before: 'passed', hang: 'cancelled', after: 'pending' })
    expect(report.exceptions).toEqual([{ severity: 'error', step: null, code: 'cancelled', message: `the run was ended by ${signal}`, tried: [], next: 'orch-run resume r1' }])
    expect(JSON.parse(readFileSync(join(folder, '.orch-run/runs/r1/report.json'), 'utf8'))).toEqual(report)
    expect(ended.stderr).toContain(`stopping: ${signal} was received\n`)

    const { report: resumed } = await runFor(0, folder, ['resume'], { env })
    expect(statuses(resumed)).toEqual({ before: 'passed', hang: 'passed', after: 'passed' })
    expect(resumed.steps.map(({ cached, outputs }) => [cached, outputs])).toEqual([[true, {}], [false, { v: 'made' }], [false, {}]])
    expect(readFileSync(env['LOG'] ?? '', 'utf8')).toBe('x\ny\n')
  })
})

describe('a second signal', () => {
  it('ends the program at once; what it left behind is ended by the next command', async () => {
    const { folder, env, ready, pids } = scene('deaf')
    let second = 0
    const onStart = (pid: number): void => void ready.said().then(async () => {
      process.kill(pid, 'SIGTERM')
      const stopping = (): boolean => readFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), 'utf8').includes('"run-stopping"')
      while (!stopping()) await new Promise((resolve) => setImmediate(resolve))
      second = performance.now()
      process.kill(pid, 'SIGTERM')
    })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1'], env, onStart })
    expect([ended.code, ended.stdout]).toEqual([143, ''])
    expect(performance.now() - second).toBeLessThan(1000)
    expect(living(pids()).length).toBeGreaterThan(0)
    const runs = await orchRun({ cwd: folder, args: ['runs', '--json'] })
    expect((JSON.parse(runs.stdout) as { status: string }[]).map(({ status }) => status)).toEqual(['interrupted'])
    expect(living(pids())).toEqual([])
    expectClean(folder)
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    expect(report.steps.map(({ id, status, cached }) => [id, status, cached])).toEqual([['before', 'passed', true], ['hang', 'passed', false], ['after', 'passed', false]])
  })
})

describe('a signal in the middle of a call of a model', () => {
  it('breaks it off; its hold stays charged, and the resumed agent begins anew', MEASURED, async () => {
    let stalls = true
    const simulator = await startSimulator({ answer: () => ({ text: 'done', usage: { input: 100, output: 10 }, ...(stalls ? { fault: { kind: 'stall', after: 2 } as const } : {}) }) })
    const folder = repositoryWith({ 'p.yml': `
providers: { sim: { type: anthropic, base_url: ${simulator.baseUrl.messages}, prices: { m: { input: 3, output: 15 } } } }
agents: { a: { model: sim/m } }
steps: { work: { agent: a, prompt: Do it. } }
` })
    const env = { ANTHROPIC_API_KEY: 'canary-key-of-nobody' }
    let signalled = 0
    const onStart = (pid: number): void => void simulator.arrived(1).then(() => {
      signalled = performance.now()
      process.kill(pid, 'SIGINT')
    })
    const { report } = await runFor(130, folder, ['p.yml', '--run-id', 'r1'], { env, onStart })
    expect(performance.now() - signalled).toBeLessThan(PROMPT_MS)
    expect([report.run.status, statuses(report)]).toEqual(['cancelled', { work: 'cancelled' }])
    expect(report.totals.cost_usd).toBeGreaterThan(0)
    expectClean(folder)
    stalls = false
    const { report: resumed }: { report: Report } = await runFor(0, folder, ['resume', 'r1'], { env })
    await simulator.close()
    expect(statuses(resumed)).toEqual({ work: 'passed' })
    expect(resumed.totals.requests).toBe(2)
    expect(resumed.totals.cost_usd).toBeCloseTo((report.totals.cost_usd ?? 0) + 0.00045, 12)
  })
})
