import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

const BOT = 'agents: { bot: { executor: command, command: [bash, agent.sh], permissions: full } }\n'

describe('defaults', () => {
  it('make agent steps of prompts, prove their work by checks, and bound and repeat all steps', async () => {
    const folder = repositoryWith({
      'agent.sh': 'test -e work.txt && echo better > work.txt || echo first > work.txt; echo done',
      'p.yml': `${BOT}checks: { good: { run: grep better work.txt } }
defaults: { agent: bot, verify: good, repair: 1, timeout: 20s, retry: { attempts: 2, backoff: 1ms } }
steps:
  work: { prompt: Make it better. }
  flaky: { run: 'echo "at=$ORCH_ATTEMPT" >> "$ORCH_OUTPUT"; test "$ORCH_ATTEMPT" = 2' }
  slow: { run: sleep 86471.5, timeout: 300ms, retry: { attempts: 1 }, continue_on_error: true }
`,
    })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ work: 'passed', flaky: 'passed', slow: 'failed' })
    expect(outputsOf(report)).toMatchObject({ work: { text: 'done' }, flaky: { at: '2' } })
    expect(report.steps.map(({ attempts, checks }) => [attempts.length, checks.map(({ name, status }) => `${name} ${status}`)])).toEqual([
      [1, ['good passed']], [2, []], [1, []],
    ])
  })
})

describe('files', () => {
  it('keep steps that could write the same from running at the same time, and no others', async () => {
    const meet = (own: string, other: string): string => `touch ${own}; for i in $(seq 200); do test -e ${other} && exit 0; sleep 0.05; done; exit 1`
    const alone = 'test ! -e busy; touch busy; sleep 0.2; rm busy'
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 8 }
steps:
  a: { files: [src/**], run: "${alone}" }
  b: { files: ['*/main.ts'], run: "${alone}" }
  c: { files: [src/a.ts, docs], matrix: { n: [1, 2] }, run: "${alone}" }
  d: { files: [one], run: "${meet('d', 'e')}" }
  e: { files: [two], run: "${meet('e', 'd')}" }
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(new Set(Object.values(statuses(report)))).toEqual(new Set(['passed']))
  })
})

describe('priority', () => {
  it('says which of the ready steps starts first', async () => {
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 1 }
steps:
  low: { run: echo low >> order }
  zero: { priority: 0, run: echo zero >> order }
  high: { priority: 10, run: echo high >> order }
  first: { priority: 4000000, run: echo first >> order }
  below: { needs: first, priority: 20, run: echo below >> order }
  again: { priority: 15, retry: { attempts: 2, backoff: 1ms }, run: 'echo again >> order; test "$ORCH_ATTEMPT" = 2' }
` })
    await runFor(0, folder, ['p.yml'])
    const order = readFileSync(join(folder, 'order'), 'utf8').trim().split('\n')
    expect(order.filter((word) => word !== 'again')).toEqual(['first', 'below', 'high', 'low', 'zero'])
    expect(order.indexOf('again')).toBe(2)
  })
})

describe('artifacts', () => {
  it('are kept from the checkout and from worktrees, of attempts that fail, too', async () => {
    const folder = repositoryWith({
      '.gitignore': 'out/\n', 'agent.sh': 'mkdir -p out/sub; echo one > out/a.txt; echo two > out/sub/b.txt; echo no > out/c.log; echo done',
      'p.yml': `${BOT}steps:
  work: { agent: bot, prompt: x, artifacts: ['out/**/*.txt', 'nothing/*'] }
  fails: { run: 'mkdir -p logs; echo "attempt $ORCH_ATTEMPT" > logs/run.log; exit 3', retry: { attempts: 2, backoff: 1ms }, artifacts: [logs/*.log], continue_on_error: true }
  cells: { matrix: { n: [1, 2] }, workspace: worktree, run: 'printf %s "\${{ matrix.n }}" > n', artifacts: [n] }
`,
    })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect(report.steps.map(({ id, artifacts }) => [id, artifacts])).toEqual([
      ['work', [{ attempt: 1, path: 'out/a.txt', bytes: 4 }, { attempt: 1, path: 'out/sub/b.txt', bytes: 4 }]],
      ['fails', [{ attempt: 1, path: 'logs/run.log', bytes: 10 }, { attempt: 2, path: 'logs/run.log', bytes: 10 }]],
      ['cells(n=1)', [{ attempt: 1, path: 'n', bytes: 1 }]],
      ['cells(n=2)', [{ attempt: 1, path: 'n', bytes: 1 }]],
    ])
    const kept = (path: string): string => readFileSync(join(folder, '.orch-run/runs/r1/steps', path), 'utf8')
    expect(kept('work/1/artifacts/out/sub/b.txt')).toBe('two\n')
    expect([1, 2].map((attempt) => kept(`fails/${attempt}/artifacts/logs/run.log`))).toEqual(['attempt 1\n', 'attempt 2\n'])
    expect(kept('cells(n=2)/1/artifacts/n')).toBe('2')
    expect(existsSync(join(folder, '.orch-run/runs/r1/steps/work/1/artifacts/out/c.log'))).toBe(false)
  })

  it('are no links, nothing of git and nothing of earlier runs', async () => {
    const outside = folderWith({ 'secret.txt': 'canary', 'deep/secret.txt': 'canary' })
    const folder = repositoryWith({ 'p.yml': `steps:
  a:
    run: |
      mkdir -p out/real; echo x > out/real/x.txt
      ln -s ${outside}/secret.txt out/file.txt; ln -s ${outside} out/folder; ln -s real out/inner; mkfifo out/pipe
    artifacts: ['**', 'out/*', 'out/*/secret.txt', 'out/folder/deep/*', '.git/config', '.orch-run/**']
` })
    mkdirSync(join(folder, '.orch-run/runs/old'), { recursive: true })
    writeFileSync(join(folder, '.orch-run/runs/old/note.txt'), 'old')
    symlinkSync(outside, join(folder, 'way-out'))
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect(report.steps[0]?.artifacts.map(({ path }) => path)).toEqual(['out/real/x.txt', 'p.yml'])
    expect(readdirSync(join(folder, '.orch-run/runs/r1/steps/a/1/artifacts'), { recursive: true }).toSorted()).toEqual(['out', 'out/real', 'out/real/x.txt', 'p.yml'])
    expect(report.exceptions).toEqual([])
  })
})

describe('reports', () => {
  it('are written where the pipeline says, unless the command line says otherwise', async () => {
    const folder = folderWith({ 'ci/p.yml': 'reports: { json: out/run.json, markdown: out/run.md }\nsteps: { a: { run: echo x } }\n' })
    const first = await orchRun({ cwd: folder, args: ['ci/p.yml'] })
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' })
    expect(JSON.parse(readFileSync(join(folder, 'out/run.json'), 'utf8'))).toMatchObject({ run: { status: 'passed' } })
    expect(readFileSync(join(folder, 'out/run.md'), 'utf8')).toContain('## p: passed')
    const other = folderWith({ 'p.yml': 'reports: { json: out/run.json, markdown: out/run.md }\nsteps: { a: { run: exit 1 } }\n' })
    expect((await orchRun({ cwd: other, args: ['p.yml', '--report', 'json=mine.json'] })).code).toBe(1)
    expect([existsSync(join(other, 'mine.json')), existsSync(join(other, 'out/run.json')), existsSync(join(other, 'out/run.md'))]).toEqual([true, false, true])
  })
})

describe('the files of prompts', () => {
  const files = { 'ci/p.yml': `${BOT}inputs: { task: { default: x } }\nsteps: { work: { agent: bot, prompt_file: ./fix.md } }\n`, 'agent.sh': 'cat; touch ran' }

  it('are checked before a run and by `validate`, at their own place', async () => {
    const folder = repositoryWith({ ...files, 'ci/fix.md': 'Fix\n${{ inputs.tsak }}\n' })
    const told = await orchRun({ cwd: folder, args: ['validate', 'ci/p.yml'] })
    expect({ code: told.code, stderr: told.stderr }).toEqual({
      code: 2, stderr: 'error[unknown-input]: this pipeline has no input `tsak`\n  ——▶ ci/fix.md:2:12\n2 │ ${{ inputs.tsak }}\n  │            ^^^^\n  help: did you mean `task`?\n\n1 error\n',
    })
    const run = await orchRun({ cwd: folder, args: ['ci/p.yml'] })
    expect({ code: run.code, ran: existsSync(join(folder, '.orch-run')) }).toEqual({ code: 2, ran: false })
  })

  it('may be missing for `validate`, and not for a run', async () => {
    const folder = repositoryWith(files)
    expect((await orchRun({ cwd: folder, args: ['validate', 'ci/p.yml'] })).code).toBe(0)
    expect((await orchRun({ cwd: folder, args: ['ci/p.yml'] })).code).toBe(4)
  })

  it('reach the agent with their values', async () => {
    const folder = repositoryWith({ ...files, 'ci/fix.md': 'Fix ${{ inputs.task }}\n' })
    const { report } = await runFor(0, folder, ['ci/p.yml', '-i', 'task=the dates'])
    expect(outputsOf(report)).toMatchObject({ work: { text: 'Fix the dates' } })
  })
})
