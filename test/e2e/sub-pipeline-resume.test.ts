import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn, pipeAt } from '../rig/processes.ts'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const logOf = (folder: string): string => readFileSync(join(folder, 'log'), 'utf8').trim().replaceAll('\n', ' ')

/** The called pipeline commits, then hangs at its first attempt. */
const FILES = {
  '.gitignore': 'log*\nready\n',
  'deep.yml': 'steps: { made: { workspace: worktree, run: \'echo made >> "$LOG"; echo m > made.txt\' } }\noutputs: { v: "deep" }\n',
  'child.yml': `
inputs: { v: { type: string } }
steps:
  first: { pipeline: ./deep.yml }
  hang:
    needs: first
    run: |
      echo "hang $ORCH_ATTEMPT" >> "$LOG"
      if [ "$ORCH_ATTEMPT" = 1 ]; then mkfifo "$LOG.never"; echo $$ > "$LOG.pids"; echo ready > "$READY"; read x < "$LOG.never"; fi
      echo "v=$(cat made.txt) \${{ inputs.v }} \${{ steps.first.outputs.v }}" >> "$ORCH_OUTPUT"
outputs: { v: "\${{ steps.hang.outputs.v }}" }
`,
  'p.yml': `
steps:
  sub: { pipeline: child.yml, with: { v: x } }
  last: { needs: sub, run: 'echo last >> "$LOG"; echo "v=\${{ steps.sub.outputs.v }}" >> "$ORCH_OUTPUT"' }
`,
}

interface Scene {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly ready: ReturnType<typeof pipeAt>
}

function scene(): Scene {
  const folder = repositoryWith(FILES)
  const ready = pipeAt(join(folder, 'ready'))
  return { folder, env: { LOG: join(folder, 'log'), READY: ready.path }, ready }
}

describe('a called pipeline that is interrupted', () => {
  it('goes on after a kill -9: what passed in it, however deep, is kept, and nothing is left', async () => {
    const { folder, env, ready } = scene()
    const run = orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1', '--ui', 'silent'], env, onStart: (pid) => void ready.said().then(() => process.kill(pid, 'SIGKILL')) })
    await run
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    expect(living(pidsIn(`${env.LOG}.pids`))).toEqual([])
    expect(logOf(folder)).toBe('made hang 1 hang 2 last')
    expect(outputsOf(report).last).toEqual({ v: 'm x deep' })
    expect(report.steps.map(({ id, status, cached, attempts }) => [id, status, cached, attempts.map((attempt) => attempt.status)])).toEqual([
      ['sub', 'passed', false, ['cancelled', 'passed']], ['sub/first', 'passed', true, ['passed']], ['sub/first/made', 'passed', false, ['passed']],
      ['sub/hang', 'passed', false, ['cancelled', 'passed']], ['last', 'passed', false, ['passed']],
    ])
    expect(readdirSync(join(folder, '.orch-run')).includes('worktrees') ? readdirSync(join(folder, '.orch-run/worktrees')) : []).toEqual([])
    expect((await orchRun({ cwd: folder, args: ['show', 'r1'] })).stderr).toBe('')
  })

  it('is stopped by a signal with all its processes, in time, and goes on by a resume', async () => {
    const { folder, env, ready } = scene()
    const ended = await orchRun({
      cwd: folder, args: ['p.yml', '--run-id', 'r1', '--json', '--ui', 'silent'], env, onStart: (pid) => void ready.said().then(() => process.kill(pid, 'SIGTERM')),
    })
    expect([ended.code, ended.ms < 7500, living(pidsIn(`${env.LOG}.pids`))]).toEqual([143, true, []])
    expect(statuses(JSON.parse(ended.stdout) as Report)).toEqual({ sub: 'cancelled', 'sub/first': 'passed', 'sub/first/made': 'passed', 'sub/hang': 'cancelled', last: 'pending' })
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    expect([logOf(folder), outputsOf(report).last]).toEqual(['made hang 1 hang 2 last', { v: 'm x deep' }])
  })

  it('fails with `timeout` by the timeout of the step, and by its own', async () => {
    const folder = folderWith({
      'slow.yml': 'steps: { a: { run: sleep 30 }, b: { needs: a, run: "true" } }\n', 'own.yml': 'limits: { timeout: 300ms }\nsteps: { a: { run: sleep 30 } }\n',
      'p.yml': 'steps: { one: { pipeline: slow.yml, timeout: 300ms }, two: { pipeline: own.yml } }\n',
    })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(report.steps.map(({ id, status, failure }) => [id, status, failure?.code])).toEqual([
      ['one', 'failed', 'timeout'], ['one/a', 'cancelled', undefined], ['one/b', 'pending', undefined], ['two', 'failed', 'timeout'], ['two/a', 'cancelled', undefined],
    ])
  })

  it('runs what was edited in it again, and with `--frozen` what was kept', async () => {
    const files = {
      'child.yml': 'steps: { a: { run: "echo a >> log" }, b: { run: "echo b >> log" }, c: { needs: [a, b], run: "echo c >> log; test -e go" } }\n',
      'p.yml': 'steps: { sub: { pipeline: child.yml } }\n',
    }
    for (const [args, log] of [[[], 'B c'], [['--frozen'], 'c']] as const) {
      const folder = folderWith(files)
      await runFor(1, folder, ['p.yml', '--run-id', 'r1'])
      writeFileSync(join(folder, 'log'), '')
      writeFileSync(join(folder, 'go'), '')
      writeFileSync(join(folder, 'child.yml'), files['child.yml'].replace('echo b', 'echo B'))
      await runFor(0, folder, ['resume', 'r1', ...args])
      expect(logOf(folder)).toBe(log)
    }
  })

  it('is begun again where what it is given or sees has changed', async () => {
    const folder = folderWith({
      'child.yml': 'inputs: { v: {} }\nsteps: { a: { run: "echo a${{ inputs.v }} >> log" }, b: { needs: a, run: "echo b >> log; test -e go" } }\n',
      'p.yml': 'steps: { sub: { pipeline: child.yml, with: { v: one } } }\n',
    })
    await runFor(1, folder, ['p.yml', '--run-id', 'r1'])
    writeFileSync(join(folder, 'go'), '')
    writeFileSync(join(folder, 'p.yml'), 'steps: { sub: { pipeline: child.yml, with: { v: two } } }\n')
    await runFor(0, folder, ['resume', 'r1'])
    expect(logOf(folder)).toBe('aone b atwo b')
  })
})

describe('a question in a called pipeline', () => {
  const files = {
    'deep.yml': 'steps: { sign: { approve: "deep?" }, then: { needs: sign, run: "echo then >> log" } }\n',
    'child.yml': 'steps: { a: { run: "echo a >> log" }, sign: { needs: a, approve: Ship it? }, below: { pipeline: deep.yml }, b: { needs: [sign, below], run: "echo b >> log" } }\n',
    'p.yml': 'steps: { sub: { pipeline: child.yml }, last: { needs: sub, run: "echo last >> log" } }\n',
  }

  it('lets the run wait, is answered by its whole id, and lets it go on', async () => {
    const folder = folderWith(files)
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    expect(statuses(report)).toEqual({
      sub: 'waiting', 'sub/a': 'passed', 'sub/sign': 'waiting', 'sub/below': 'waiting', 'sub/below/sign': 'waiting', 'sub/below/then': 'pending', 'sub/b': 'pending', last: 'pending',
    })
    expect(report.exceptions.map(({ step, next }) => [step, next])).toEqual([
      ['sub/sign', 'orch-run approve r1 sub/sign'], ['sub/below/sign', 'orch-run approve r1 sub/below/sign'],
    ])
    const wrong = await orchRun({ cwd: folder, args: ['approve', 'r1', 'sub'] })
    expect([wrong.code, wrong.stderr]).toEqual([2, 'error: the step `sub` does not wait for approval\n  help: these wait: `sub/sign`, `sub/below/sign`\n'])
    expect((await orchRun({ cwd: folder, args: ['approve', 'r1', 'sub/below/sign', '--by', 'me'] })).code).toBe(0)
    const half = await runFor(6, folder, ['resume', 'r1'])
    expect(statuses(half.report)).toMatchObject({ sub: 'waiting', 'sub/sign': 'waiting', 'sub/below': 'passed', 'sub/below/then': 'passed', 'sub/b': 'pending' })
    expect((await orchRun({ cwd: folder, args: ['resume', 'r1'] })).code).toBe(6)
    expect((await orchRun({ cwd: folder, args: ['approve', 'r1', 'sub/sign'] })).code).toBe(0)
    const whole = await runFor(0, folder, ['resume', 'r1'])
    expect(Object.values(statuses(whole.report)).every((status) => status === 'passed')).toBe(true)
    expect(logOf(folder)).toBe('a then b last')
  })

  it('fails its pipeline when it is rejected, or not answered in time', async () => {
    const folder = folderWith({ ...files, 'child.yml': 'steps: { sign: { approve: Ship it? } }\n' })
    await runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    await orchRun({ cwd: folder, args: ['approve', 'r1', 'sub/sign', '--reject', '--by', 'me'] })
    const { report } = await runFor(1, folder, ['resume', 'r1'])
    expect(report.steps[0]?.failure?.message).toBe('`sub/sign` failed: it was rejected by me')
    const late = folderWith({ ...files, 'child.yml': 'steps: { sign: { approve: Ship it?, timeout: 1ms } }\n' })
    await runFor(6, late, ['p.yml', '--run-id', 'r1'])
    const over = await runFor(1, late, ['resume', 'r1'])
    expect(over.report.steps[0]?.failure?.message).toBe('`sub/sign` failed: nobody answered within its timeout')
  })
})

describe('money in a called pipeline', () => {
  const child = (url: string, more = ''): string => `
providers: { sim: { type: openai-compatible, base_url: ${url}, prices: { m: { input: 10, output: 10 } } } }
agents: { dev: { model: sim/m, max_output_tokens: 100 } }
${more}
steps: { one: { agent: dev, prompt: hello }, two: { needs: one, agent: dev, prompt: hello } }
`

  it('counts in the budget, the totals and the step around it', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'hi', usage: { input: 1000, output: 100, cacheRead: 0, cacheWrite: 0 } }) })
    try {
      const folder = repositoryWith({ 'child.yml': child(simulator.baseUrl.chat), 'p.yml': 'limits: { budget_usd: 1 }\nsteps: { sub: { pipeline: child.yml } }\n' })
      const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
      expect([report.totals.cost_usd, report.totals.requests]).toEqual([0.022, 2])
      expect(report.steps.map((step) => [step.id, (step as unknown as { cost_usd: number }).cost_usd])).toEqual([['sub', 0.022], ['sub/one', 0.011], ['sub/two', 0.011]])
      expect((await orchRun({ cwd: folder, args: ['runs', '--json'] })).stdout).toContain('0.022')
    } finally {
      await simulator.close()
    }
  })

  it('stops the run where it would pass the budget of the run, and fails the step where it would pass its own', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'hi', usage: { input: 1000, output: 100, cacheRead: 0, cacheWrite: 0 } }) })
    try {
      const url = simulator.baseUrl.chat
      const folder = repositoryWith({ 'child.yml': child(url), 'p.yml': 'limits: { budget_usd: 0.02 }\nsteps: { sub: { pipeline: child.yml }, after: { needs: sub, run: "true" } }\n' })
      const { report } = await runFor(3, folder, ['p.yml', '--run-id', 'r1'])
      expect(report.steps.map(({ id, status, failure }) => [id, status, failure?.code])).toEqual([
        ['sub', 'failed', 'budget-exceeded'], ['sub/one', 'passed', undefined], ['sub/two', 'failed', 'budget-exceeded'], ['after', 'pending', undefined],
      ])
      const resumed = await runFor(0, folder, ['resume', 'r1', '--budget-usd', '1'])
      expect([statuses(resumed.report).after, resumed.report.totals.requests]).toEqual(['passed', 2])
      const own = repositoryWith({ 'child.yml': child(url, 'limits: { budget_usd: 0.02 }'), 'p.yml': 'steps: { sub: { pipeline: child.yml } }\n' })
      const failed = await runFor(1, own, ['p.yml'])
      expect(failed.report.steps[0]?.failure?.message).toContain('does not fit into the budget of the pipeline `sub`')
    } finally {
      await simulator.close()
    }
  })

  it('is recorded and replayed under the whole ids of its nodes', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'hi', usage: { input: 10, output: 10, cacheRead: 0, cacheWrite: 0 } }) })
    const folder = repositoryWith({ 'child.yml': child(simulator.baseUrl.chat), 'p.yml': 'steps: { sub: { pipeline: child.yml, matrix: { n: [1, 2] } } }\n' })
    try {
      await runFor(0, folder, ['p.yml', '--record', 'tape'])
    } finally {
      await simulator.close()
    }
    expect(readdirSync(join(folder, 'tape'))).toHaveLength(4)
    const { report } = await runFor(0, folder, ['p.yml', '--replay', 'tape'])
    expect(report.totals.requests).toBe(4)
    rmSync(join(folder, 'tape'), { recursive: true })
    expect(existsSync(join(folder, 'tape'))).toBe(false)
  })
})
