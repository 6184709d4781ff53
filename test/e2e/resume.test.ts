import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pipeAt } from '../rig/processes.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

/** Every step logs its own name; `c` fails until there is a file `go`. */
const PIPELINE = `
steps:
  a: { run: 'echo a >> log; echo "v=1" >> "$ORCH_OUTPUT"' }
  b: { needs: a, run: 'echo b >> log; echo "v=b\${{ steps.a.outputs.v }}" >> "$ORCH_OUTPUT"' }
  other: { needs: a, run: 'echo other >> log' }
  c: { needs: [b, other], run: 'echo c >> log; test -e go; echo "v=\${{ steps.b.outputs.v }}" >> "$ORCH_OUTPUT"' }
outputs: { v: "\${{ steps.c.outputs.v }}" }
`

/** A run \`r1\` that failed at \`c\`, and whose log is empty again. */
async function failedRun(text = PIPELINE): Promise<string> {
  const folder = folderWith({ 'p.yml': text })
  await runFor(1, folder, ['p.yml', '--run-id', 'r1', '--ui', 'silent'])
  writeFileSync(join(folder, 'log'), '')
  writeFileSync(join(folder, 'go'), '')
  return folder
}

const logOf = (folder: string): string => readFileSync(join(folder, 'log'), 'utf8').trim().replaceAll('\n', ' ')
const keptPipeline = (folder: string): string => readFileSync(join(folder, '.orch-run/runs/r1/pipeline.yml'), 'utf8')
const journalOf = (folder: string): string => readFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), 'utf8')

describe('resume', () => {
  it('keeps what passed and goes on with what failed', async () => {
    const folder = await failedRun()
    const { report, ended } = await runFor(0, folder, ['resume', '--ui', 'silent'])
    expect(ended.stderr).toBe('runs `c`: it failed\n')
    expect(logOf(folder)).toBe('c')
    expect(report.run).toMatchObject({ id: 'r1', status: 'passed', resumes: 1, outputs: { v: 'b1' } })
    expect(report.steps.map(({ id, status, cached, attempts }) => [id, status, cached, attempts.map(({ attempt }) => attempt)])).toEqual([
      ['a', 'passed', true, [1]], ['b', 'passed', true, [1]], ['other', 'passed', true, [1]], ['c', 'passed', false, [1, 2]],
    ])
  })

  it('runs an edited step and all below it again, says which and why, and keeps the file as it is now', async () => {
    const folder = await failedRun()
    const edited = PIPELINE.replace('"v=b', '"v=B')
    writeFileSync(join(folder, 'p.yml'), edited)
    const { report, ended } = await runFor(0, folder, ['resume', 'r1', '--ui', 'silent'])
    expect(ended.stderr).toBe('runs `b`: its definition or what it sees changed\nruns `c`: it needs `b`, which runs again\n')
    expect(logOf(folder)).toBe('b c')
    expect(report.run.outputs).toEqual({ v: 'B1' })
    expect(report.run).toMatchObject({ again: [{ step: 'b', reason: 'its definition or what it sees changed' }, { step: 'c', reason: 'it needs `b`, which runs again' }] })
    expect(keptPipeline(folder)).toBe(edited)
  })

  it('takes the copy that is kept with the run with `--frozen`, and when the file is gone', async () => {
    const folder = await failedRun()
    writeFileSync(join(folder, 'p.yml'), PIPELINE.replace('"v=b', '"v=B').replace('test -e go', 'exit 9'))
    const { report, ended } = await runFor(0, folder, ['resume', 'r1', '--frozen', '--ui', 'silent'])
    expect([ended.stderr, report.run.outputs, keptPipeline(folder)]).toEqual(['runs `c`: it failed\n', { v: 'b1' }, PIPELINE])

    const gone = await failedRun()
    rmSync(join(gone, 'p.yml'))
    const { report: second, ended: end } = await runFor(0, gone, ['resume', 'r1', '--ui', 'silent'])
    expect([end.stderr, second.run.outputs]).toEqual([
      'warning: `p.yml` is gone, the run goes on with the copy that was kept with it\nruns `c`: it failed\n', { v: 'b1' },
    ])
  })

  it('goes on with a broken file only when it is told to leave it aside', async () => {
    const folder = await failedRun()
    writeFileSync(join(folder, 'p.yml'), 'steps: { a: { rum: x } }\n')
    const before = journalOf(folder)
    expect((await orchRun({ cwd: folder, args: ['resume', 'r1'] })).code).toBe(2)
    expect(journalOf(folder)).toBe(before)
    expect((await orchRun({ cwd: folder, args: ['resume', 'r1', '--frozen'] })).code).toBe(0)
  })

  it('does nothing twice: a run that passed stays as it is', async () => {
    const folder = await failedRun()
    const { report } = await runFor(0, folder, ['resume', 'r1'])
    const before = journalOf(folder)
    const again = await orchRun({ cwd: folder, args: ['resume', 'r1'] })
    expect([again.code, again.stdout, again.stderr]).toEqual([0, '', 'the run `r1` has passed, there is nothing to do\n'])
    expect((await runFor(0, folder, ['resume', 'r1'])).report).toEqual(report)
    expect([logOf(folder), journalOf(folder)]).toEqual(['c', before])
    const none = await orchRun({ cwd: folder, args: ['resume'] })
    expect([none.code, none.stderr]).toEqual([0, 'the run `r1` has passed, there is nothing to do\n'])
    const empty = await orchRun({ cwd: folderWith({}), args: ['resume'] })
    expect([empty.code, empty.stderr]).toEqual([2, 'error: there is no run to go on with\n  help: `orch-run runs` lists the runs of this folder\n'])
  })

  it('refuses an unknown run with 2 and a damaged journal with 5 and the line', async () => {
    const folder = await failedRun()
    const unknown = await orchRun({ cwd: folder, args: ['resume', 'r2'] })
    expect([unknown.code, unknown.stderr]).toEqual([2, 'error: there is no run `r2` in the state folder\n  help: `orch-run runs` lists the runs of this folder\n'])
    const lines = journalOf(folder).split('\n')
    writeFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), [...lines.slice(0, 2), '{"seq":3,"at', ...lines.slice(3)].join('\n'))
    const damaged = await orchRun({ cwd: folder, args: ['resume', 'r1'] })
    expect([damaged.code, damaged.stderr]).toEqual([
      5, 'error: the run `r1` cannot be read: line 3 of the journal is damaged\n  help: `orch-run resume r1 --accept-damaged` goes on with what can be read; what is lost may be done and paid again\n',
    ])
  })

  it('drops a torn last line, and builds a damaged snapshot again, both with a warning', async () => {
    const folder = await failedRun()
    appendFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), '{"seq":99,"a')
    writeFileSync(join(folder, '.orch-run/runs/r1/snapshot.json'), '{"version":1,')
    const ended = await orchRun({ cwd: folder, args: ['resume', 'r1', '--ui', 'silent'] })
    expect([ended.code, ended.stderr]).toEqual([0, [
      'warning: the last line of the journal was torn and is dropped',
      'warning: the snapshot is damaged; it is built again from the journal', 'runs `c`: it failed', '',
    ].join('\n')])
    expect(journalOf(folder)).not.toContain('"seq":99,"a')
  })

  it('refuses with 4 a run that a living process is at work on, and its journal stays whole', async () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: \'echo x > ready; read x < go; echo "v=$x" >> "$ORCH_OUTPUT"\' }\n' })
    const ready = pipeAt(join(folder, 'ready'))
    const go = pipeAt(join(folder, 'go'))
    let pid = 0
    const first = runFor(0, folder, ['p.yml', '--run-id', 'r1'], { onStart: (own) => { pid = own } })
    await ready.said()
    const second = await orchRun({ cwd: folder, args: ['resume', 'r1'] })
    const same = await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1'] })
    const message = `error: the run \`r1\` is owned by process ${pid}, which is at work on it\n  help: wait until it has ended, or stop that process\n`
    expect([second.code, second.stderr, same.code, same.stderr]).toEqual([4, message, 4, message])
    go.tell('on\n')
    expect(outputsOf((await first).report)).toEqual({ a: { v: 'on' } })
  })

  it('asks again for secret inputs, which were written nowhere, and refuses other ones', async () => {
    const text = `inputs: { token: { type: string, secret: true }, plain: { type: string, default: p } }
steps:
  a: { env: { T: "\${{ inputs.token }}" }, run: 'echo "got $T"; echo "v=\${{ inputs.plain }}" >> "$ORCH_OUTPUT"' }
  b: { needs: a, env: { T: "\${{ inputs.token }}" }, run: 'test -e go; test "$T" = can""ary-7391 && echo "ok=$T" >> "$ORCH_OUTPUT"' }
`
    const folder = folderWith({ 'p.yml': text })
    await runFor(1, folder, ['p.yml', '--run-id', 'r1', '-i', 'token=canary-7391'])
    writeFileSync(join(folder, 'go'), '')
    const without = await orchRun({ cwd: folder, args: ['resume', 'r1'] })
    expect([without.code, without.stderr]).toEqual([5, 'error: the secret input `token` was not written down\n  help: give it again by `-i token=…`\n'])
    const other = await orchRun({ cwd: folder, args: ['resume', 'r1', '-i', 'plain=q', '-i', 'token=x'] })
    expect([other.code, other.stderr]).toEqual([5, 'error: the input `plain` cannot change in a run that has begun\n  help: start a new run\n'])
    const { report, ended } = await runFor(0, folder, ['resume', 'r1', '-i', 'token=canary-7391'])
    expect([statuses(report), outputsOf(report).b]).toEqual([{ a: 'passed', b: 'passed' }, { ok: '***' }])
    expect(report.steps.map(({ cached }) => cached)).toEqual([true, false])
    expect(`${ended.stdout}${ended.stderr}${journalOf(folder)}`).not.toContain('canary')
  })

  it('makes the worktree of an interrupted step again from the commits, also when the base has moved on', async () => {
    const folder = repositoryWith({ 'a.txt': 'one\n', '.gitignore': 'go\n', 'p.yml': `
steps:
  change: { workspace: worktree, run: 'cat a.txt > b.txt; echo changed >> b.txt' }
  look: { needs: change, run: 'test -e "$GO"; echo "v=$(tr "\\n" " " < b.txt)$(cat a.txt)" >> "$ORCH_OUTPUT"' }
` })
    const env = { GO: join(folder, 'go') }
    const { report: first } = await runFor(1, folder, ['p.yml', '--run-id', 'r1'], { env })
    writeFileSync(join(folder, 'a.txt'), 'two\n')
    writeFileSync(join(folder, 'go'), '')
    git(folder, 'commit', '-qam', 'second')
    git(folder, 'gc', '-q', '--prune=now')
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    expect(outputsOf(report).look).toEqual({ v: 'one changed one' })
    expect([report.git.base, report.git.head]).toEqual([first.git.base, first.git.head])
    expect(existsSync(join(folder, '.orch-run/worktrees/r1'))).toBe(false)
  })
})
