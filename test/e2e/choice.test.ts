import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'

afterEach(removeFolders)

const PIPELINE = `name: p
steps:
  a: { run: 'echo a >> log; echo v=1 >> "$ORCH_OUTPUT"' }
  many: { needs: a, matrix: { n: [1, 2] }, run: 'echo many >> log' }
  b: { needs: a, run: 'echo b >> log; word=$(cat word); echo "v=$word \${{ steps.a.outputs.v }}" >> "$ORCH_OUTPUT"' }
  c: { needs: [b, many], run: 'echo c >> log; test ! -e stop' }
outputs: { v: "\${{ steps.b.outputs.v }}" }
`

/** What the steps wrote since it was last asked. */
function log(folder: string): string {
  const text = readFileSync(join(folder, 'log'), 'utf8').trim().replaceAll('\n', ' ')
  writeFileSync(join(folder, 'log'), '')
  return text
}

async function done(args: readonly string[], code = 0): Promise<string> {
  const folder = folderWith({ 'p.yml': PIPELINE, word: 'one', log: '' })
  await runFor(code, folder, ['p.yml', '--run-id', 'r1', ...args])
  log(folder)
  return folder
}

describe('--only', () => {
  it('runs a step with all its cells and what it needs, and nothing else', async () => {
    const folder = folderWith({ 'p.yml': PIPELINE, log: '' })
    const { report } = await runFor(0, folder, ['p.yml', '--only', 'many'])
    expect(log(folder)).toBe('a many many')
    expect(statuses(report)).toEqual({ a: 'passed', 'many(n=1)': 'passed', 'many(n=2)': 'passed', b: 'skipped', c: 'skipped' })
    expect(report.run.outputs).toEqual({ v: null })
  })

  it('asks for nothing that only other steps need', async () => {
    const folder = repositoryWith({ 'p.yml': `providers: { claude: { type: anthropic } }
agents: { dev: { model: claude/claude-sonnet-4-5, instructions: Work. } }
steps:
  test: { run: 'true' }
  fix: { agent: dev, prompt: Fix it. }
` })
    expect((await orchRun({ cwd: folder, args: ['p.yml'] })).code).toBe(4)
    expect(statuses((await runFor(0, folder, ['p.yml', '--only', 'test'])).report)).toEqual({ test: 'passed', fix: 'skipped' })
  })

  it('holds for the resume of such a run, until something else is asked for', async () => {
    const folder = folderWith({ 'p.yml': PIPELINE, word: 'one', log: '', stop: '' })
    writeFileSync(join(folder, 'p.yml'), PIPELINE.replace('cat word', 'cat missing'))
    await runFor(1, folder, ['p.yml', '--run-id', 'r1', '--only', 'b'])
    writeFileSync(join(folder, 'missing'), 'two')
    log(folder)
    const { report, ended } = await runFor(0, folder, ['resume', 'r1', '--ui', 'silent'])
    expect([log(folder), ended.stderr, report.run.outputs]).toEqual(['b', 'runs `b`: it failed\n', { v: 'two 1' }])
    const more = await runFor(0, folder, ['resume', 'r1', '--only', 'many', '--ui', 'silent'])
    expect([log(folder), more.ended.stderr]).toEqual(['many many', 'runs `many(n=1)`: it was left out\nruns `many(n=2)`: it was left out\n'])
    expect(statuses(more.report)).toEqual({ a: 'passed', 'many(n=1)': 'passed', 'many(n=2)': 'passed', b: 'passed', c: 'skipped' })
  })

  it('refuses a step that there is not, and names the one that was probably meant', async () => {
    const folder = await done([])
    for (const [args, help] of [
      [['p.yml', '--only', 'mny'], 'did you mean `many`?'], [['p.yml', '--from', 'many(n=1)'], 'did you mean `many`?'],
      [['resume', 'r1', '--from', 'zzzzzz'], 'its steps: `a`, `many`, `b`, `c`'],
    ] as const) {
      const ended = await orchRun({ cwd: folder, args })
      const [option, step] = args.slice(-2)
      expect([ended.code, ended.stdout, ended.stderr]).toEqual([2, '', `error: \`${option} ${step}\` names no step of \`p.yml\`\n  help: ${help}\n`])
    }
    expect(log(folder)).toBe('')
  })
})

describe('--from', () => {
  it('in a new run takes over what the latest run gave, and runs the step and all below it again', async () => {
    const folder = await done([])
    writeFileSync(join(folder, 'word'), 'two')
    const { report, ended } = await runFor(0, folder, ['p.yml', '--run-id', 'r2', '--from', 'b', '--ui', 'silent'])
    expect(ended.stderr).toBe('takes up the run `r1`\nruns `b`: it was asked for\nruns `c`: it needs `b`, which runs again\n')
    expect([log(folder), report.run.outputs]).toEqual(['b c', { v: 'two 1' }])
    expect(report.steps.map(({ id, status, cached, attempts }) => [id, status, cached, attempts.length])).toEqual([
      ['a', 'passed', true, 0], ['many(n=1)', 'passed', true, 0], ['many(n=2)', 'passed', true, 0], ['b', 'passed', false, 1], ['c', 'passed', false, 1],
    ])
    expect(JSON.parse((await orchRun({ cwd: folder, args: ['show', 'r2', '--json'] })).stdout)).toEqual(report)
  })

  it('takes over the commits of the earlier run, and begins where that began', async () => {
    const folder = repositoryWith({ 'a.txt': 'one\n', '.gitignore': 'p.yml\n' })
    writeFileSync(join(folder, 'p.yml'), `steps:
  change: { workspace: worktree, run: 'echo "$(cat a.txt) changed" > b.txt' }
  sub: { needs: change, pipeline: sub.yml }
  look: { needs: sub, run: 'echo "v=$(cat a.txt b.txt c.txt | tr "\\n" " ")" >> "$ORCH_OUTPUT"' }
`)
    writeFileSync(join(folder, 'sub.yml'), `steps:\n  in: { workspace: worktree, run: 'echo inner > c.txt' }\n`)
    const first = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    writeFileSync(join(folder, 'a.txt'), 'two\n')
    const { execFileSync } = await import('node:child_process')
    execFileSync('git', ['commit', '-qam', 'second'], { cwd: folder })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r2', '--from', 'look'])
    expect([outputsOf(report).look, report.git.base]).toEqual([{ v: 'one one changed inner ' }, first.report.git.base])
    expect(report.steps.filter(({ cached }) => cached).map(({ id }) => id)).toEqual(['change', 'sub'])
  })

  it('runs again what made a commit that is gone', async () => {
    const folder = repositoryWith({ '.gitignore': 'p.yml\n' })
    writeFileSync(join(folder, 'p.yml'), `steps:
  change: { workspace: worktree, run: 'echo made > b.txt' }
  look: { needs: change, run: 'echo "v=$(cat b.txt)" >> "$ORCH_OUTPUT"' }
`)
    await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    for (const ref of git(folder, 'for-each-ref', '--format=%(refname)', 'refs/orch-run').trim().split('\n')) git(folder, 'update-ref', '-d', ref)
    git(folder, 'gc', '-q', '--prune=now')
    const { report, ended } = await runFor(0, folder, ['p.yml', '--run-id', 'r2', '--from', 'look', '--ui', 'silent'])
    expect(ended.stderr).toBe('takes up the run `r1`\nruns `change`: its commit is not in the repository any more\nruns `look`: it needs `change`, which runs again\n')
    expect(outputsOf(report).look).toEqual({ v: 'made' })
  })

  it('runs again what was edited above it, and says so', async () => {
    const folder = await done([])
    writeFileSync(join(folder, 'p.yml'), PIPELINE.replace('v=1', 'v=2'))
    const { report, ended } = await runFor(0, folder, ['p.yml', '--from', 'c', '--ui', 'silent'])
    expect(ended.stderr.split('\n').slice(1, 3)).toEqual(['runs `a`: its definition or what it sees changed', 'runs `many(n=1)`: it needs `a`, which runs again'])
    expect([log(folder).split(' ').toSorted(), report.run.outputs]).toEqual([['a', 'b', 'c', 'many', 'many'], { v: 'one 2' }])
  })

  it('in a resume runs the step and all below it again, also when the run has passed', async () => {
    const folder = await done([])
    const { report, ended } = await runFor(0, folder, ['resume', 'r1', '--from', 'many', '--ui', 'silent'])
    expect(ended.stderr).toBe('runs `many(n=1)`: it was asked for\nruns `many(n=2)`: it was asked for\nruns `c`: it needs `many`, which runs again\n')
    expect([log(folder), report.run.resumes]).toEqual(['many many c', 1])
  })

  it('joined with `--only` runs that step alone', async () => {
    const folder = await done([])
    const { report } = await runFor(0, folder, ['p.yml', '--from', 'b', '--only', 'b'])
    expect([log(folder), statuses(report)]).toEqual(['b', { a: 'passed', 'many(n=1)': 'skipped', 'many(n=2)': 'skipped', b: 'passed', c: 'skipped' }])
  })

  it('is refused with 5 where no run has what the step needs', async () => {
    const folder = await done(['--only', 'many'])
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--from', 'c'] })
    expect([ended.code, ended.stderr]).toEqual([
      5, 'error: no run of `p.yml` in the state folder has what `c` needs: `b`, `many`, `a`\n  help: run it without `--from`\n',
    ])
    expect(log(folder)).toBe('')
  })
})
