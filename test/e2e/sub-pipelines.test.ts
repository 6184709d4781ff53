import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, outputsOf, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

const CHILD = `
inputs: { who: { type: string, required: true }, n: { type: number, default: 1 } }
env: { GREETING: hello }
steps:
  hi: { run: 'echo "text=$GREETING \${{ inputs.who }} \${{ inputs.n }} $ORCH_NODE" >> "$ORCH_OUTPUT"; echo said' }
  twice: { needs: hi, matrix: { k: [a, b] }, run: 'echo "\${{ matrix.k }}" ' }
outputs: { greeting: "\${{ steps.hi.outputs.text }}", n: "\${{ inputs.n }}" }
`

describe('a pipeline as one step', () => {
  it('takes typed inputs, hands its outputs on and is told with its nodes', async () => {
    const folder = folderWith({
      'ci/p.yml': `
inputs: { who: { type: string } }
steps:
  count: { run: 'echo "n=3" >> "$ORCH_OUTPUT"' }
  sub: { needs: count, pipeline: ./parts/child.yml, with: { who: "\${{ inputs.who }}", n: "\${{ steps.count.outputs.n }}" } }
  last: { needs: sub, run: 'echo "seen=\${{ steps.sub.outputs.greeting }}" >> "$ORCH_OUTPUT"' }
outputs: { n: "\${{ steps.sub.outputs.n }}" }
`,
      'ci/parts/child.yml': CHILD,
    })
    const { report, ended } = await runFor(0, folder, ['ci/p.yml', '-i', 'who=$(touch pwned)', '--run-id', 'r1', '--ui', 'lines'])
    expect(statuses(report)).toEqual({
      count: 'passed', sub: 'passed', 'sub/hi': 'passed', 'sub/twice(k=a)': 'passed', 'sub/twice(k=b)': 'passed', last: 'passed',
    })
    expect(outputsOf(report)).toMatchObject({
      sub: { greeting: 'hello $(touch pwned) 3 sub/hi', n: 3 }, last: { seen: 'hello $(touch pwned) 3 sub/hi' },
    })
    expect(report.run.outputs).toEqual({ n: 3 })
    expect(report.steps.find(({ id }) => id === 'sub/twice(k=a)')).toMatchObject({ step: 'sub/twice', needs: ['sub/hi'] })
    expect(ended.stderr).toContain('sub/hi: passed')
    expect(ended.stderr).toContain('sub/hi | said')
    const logs = await orchRun({ cwd: folder, args: ['logs', 'r1', 'sub'] })
    expect(logs.stdout).toContain('sub/twice(k=a)')
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  it('is refused before the first step where what it is given does not fit', async () => {
    const folder = folderWith({ 'child.yml': CHILD, 'p.yml': 'steps: { a: { run: touch ran }, s: { pipeline: child.yml, with: { who: 1 } } }\n' })
    const ended = await orchRun({ cwd: folder, args: ['p.yml'] })
    expect([ended.code, existsSync(join(folder, 'ran'))]).toEqual([2, false])
    expect(ended.stderr).toContain('the input `who` of `child.yml` must be a text, not the number 1')
  })

  it('is refused with exit code 4 where its file is missing, and validate tells that at its place', async () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  s: { pipeline: nope.yml }\n' })
    expect((await orchRun({ cwd: folder, args: ['p.yml'] })).code).toBe(4)
    const ended = await orchRun({ cwd: folder, args: ['validate', 'p.yml', '--format', 'json'] })
    expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([2, [{ code: 'file-missing', file: 'p.yml', line: 2, column: 18 }]])
  })

  it('fails with the step of it that failed, and tolerates what it tolerates', async () => {
    const folder = folderWith({
      'child.yml': 'steps: { ok: { run: "true" }, bad: { needs: ok, run: exit 3 }, soft: { run: exit 4, continue_on_error: true } }\n',
      'p.yml': 'steps: { sub: { pipeline: child.yml }, after: { needs: sub, run: "true" }, mild: { pipeline: child.yml, continue_on_error: true } }\n',
    })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(failures(report)).toEqual({
      sub: 'pipeline-failed: `sub/bad` failed: the script exited with code 3', 'sub/bad': 'exit-code: the script exited with code 3', 'sub/soft': 'exit-code: the script exited with code 4',
      mild: 'pipeline-failed: `mild/bad` failed: the script exited with code 3', 'mild/bad': 'exit-code: the script exited with code 3', 'mild/soft': 'exit-code: the script exited with code 4',
    })
    expect(statuses(report).after).toBe('skipped')
    expect(report.exceptions.map(({ severity, step }) => `${severity} ${step}`)).toEqual([
      'error sub', 'error sub/bad', 'warning sub/soft', 'warning mild', 'warning mild/bad', 'warning mild/soft',
    ])
  })

  it('continues where it was by its retry: what passed in it is kept', async () => {
    const folder = folderWith({
      'child.yml': 'steps: { first: { run: "echo x >> log" }, flaky: { needs: first, run: "test -e there || { touch there; exit 1; }" } }\n',
      'p.yml': 'steps: { sub: { pipeline: child.yml, retry: { attempts: 2, backoff: 1ms } } }\n',
    })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('x\n')
    expect(report.steps.map(({ id, attempts }) => [id, attempts.map(({ status }) => status)])).toEqual([
      ['sub', ['failed', 'passed']], ['sub/first', ['passed']], ['sub/flaky', ['failed', 'passed']],
    ])
  })

  it('masks the secret inputs that it is given', async () => {
    const folder = folderWith({
      'child.yml': 'inputs: { key: { secret: true, required: true } }\nsteps: { a: { env: { K: "${{ inputs.key }}" }, run: "echo <$K>; echo \\"k=$K\\" >> $ORCH_OUTPUT" } }\n'.replace('<$K>', '\\"<$K>\\"'),
      'p.yml': 'steps: { make: { run: "echo k=hidden-value-1 >> $ORCH_OUTPUT" }, sub: { needs: make, pipeline: child.yml, with: { key: "${{ steps.make.outputs.k }}" } } }\n',
    })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect(outputsOf(report)['sub/a']).toEqual({ k: '***' })
    expect((await orchRun({ cwd: folder, args: ['logs', 'r1', 'sub/a'] })).stdout).toBe('<***>\n')
    expect(readFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), 'utf8').match(/"inputs":\{"key":"[^"]*"\}/)?.[0]).toBe('"inputs":{"key":"***"}')
  })
})

describe('the workspace rule through a called pipeline', () => {
  const files = {
    'a.txt': 'a\n',
    'child.yml': `
steps:
  see: { run: 'cat a.txt b.txt > seen.txt' }
  one: { needs: see, workspace: worktree, run: 'cat seen.txt > one.txt' }
  two: { needs: see, workspace: worktree, run: 'test ! -e one.txt && cat seen.txt b.txt > two.txt' }
`,
    'p.yml': `
steps:
  change: { workspace: worktree, run: echo b > b.txt }
  sub: { needs: change, pipeline: child.yml }
  after: { needs: sub, run: 'ls *.txt | sort | tr "\\n" " "; cat one.txt two.txt' }
  apart: { run: 'ls *.txt' }
`,
  }

  it('lets its steps see what the calling step inherited, and the next step all that its last steps changed', async () => {
    const folder = repositoryWith(files)
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect((await orchRun({ cwd: folder, args: ['logs', 'r1', 'after'] })).stdout).toBe('a.txt b.txt one.txt seen.txt two.txt a\nb\na\nb\nb\n')
    expect((await orchRun({ cwd: folder, args: ['logs', 'r1', 'apart'] })).stdout).toBe('a.txt\n')
    const sub = report.steps.find(({ id }) => id === 'sub')
    expect(sub?.files_changed).toEqual(['one.txt', 'seen.txt', 'two.txt'])
    expect(sub?.commit).toBe(report.steps.find(({ id }) => id === 'sub/two')?.commit)
    expect(git(folder, 'log', '-1', '--format=%s', sub?.commit ?? '')).toBe('orch-run: sub/two\n')
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  it('lays the worktrees of a pipeline by its own settings, and removes them', async () => {
    const folder = repositoryWith({
      ...files, '.gitignore': 'kept/\n',
      'child.yml': 'workspace: { link: [kept], setup: "echo set > set.txt" }\nsteps: { see: { workspace: worktree, run: "cat kept/x set.txt" } }\n',
      'p.yml': 'steps: { own: { workspace: worktree, run: "ls" }, sub: { needs: own, pipeline: child.yml } }\n',
    })
    await orchRun({ cwd: folder, args: ['validate', 'p.yml'] })
    const { mkdirSync, writeFileSync } = await import('node:fs')
    mkdirSync(join(folder, 'kept'))
    writeFileSync(join(folder, 'kept/x'), 'linked\n')
    await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect((await orchRun({ cwd: folder, args: ['logs', 'r1', 'sub/see'] })).stdout).toBe('linked\nset\n')
    expect((await orchRun({ cwd: folder, args: ['logs', 'r1', 'own'] })).stdout).not.toContain('kept')
    const worktrees = join(folder, '.orch-run/worktrees')
    expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([])
  })
})
