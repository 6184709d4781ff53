import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { PROGRAM, folderWith, orchRun, removeFolders, smallEnv } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'

afterAll(removeFolders)

const PIPELINE = `
steps:
  a: { run: "echo out; echo err >&2" }
  b: { needs: a, run: exit 3, continue_on_error: true }
  c: { needs: b, if: "steps.b.status == 'passed'", run: "true" }
`

/** Times, which differ, as one. */
const timeless = (text: string): string => text.replace(/\b\d+(\.\d+)?m?s\b/g, '1ms')

describe('the views', () => {
  it('`lines` tells everything line by line, on standard error alone', async () => {
    const folder = folderWith({ 'p.yml': PIPELINE })
    const { code, stdout, stderr } = await orchRun({ cwd: folder, args: ['p.yml', '--ui', 'lines', '--run-id', 'r1'] })
    expect([code, stdout]).toEqual([0, ''])
    const lines = timeless(stderr).split('\n')
    const isOutput = (line: string): boolean => line.startsWith('a |')
    expect(lines.filter(isOutput).toSorted()).toEqual(['a | err', 'a | out'])
    expect(lines.filter((line) => !isOutput(line))).toEqual([
      'run r1: p, 3 steps', 'a: started', 'a: passed in 1ms', 'b: started', 'b: failed in 1ms: the script exited with code 3', 'c: skipped, its condition is false',
      'passed in 1ms: 1 passed, 1 failed, 1 skipped', '  warning: b: the script exited with code 3', '  report: .orch-run/runs/r1/report.json', '',
    ])
  })

  it('`auto` and `tree` are the same where nobody looks at a terminal', async () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: echo out }\n' })
    const told = await Promise.all(['auto', 'tree', 'lines'].map(async (ui) => timeless((await orchRun({ cwd: folder, args: ['p.yml', '--ui', ui, '--run-id', ui] })).stderr).replaceAll(ui, 'id')))
    expect(new Set(told).size).toBe(1)
    expect(told[0]).not.toContain('\u001B')
  })

  it('`json` is the journal itself, as it is written', async () => {
    const folder = folderWith({ 'p.yml': PIPELINE })
    const { stdout, stderr } = await orchRun({ cwd: folder, args: ['p.yml', '--ui', 'json', '--run-id', 'r1'] })
    const parse = (text: string): unknown[] => text.trim().split('\n').map((line) => JSON.parse(line) as unknown)
    expect(stdout).toBe('')
    expect(parse(stderr)).toEqual(parse(readFileSync(join(folder, '.orch-run/runs/r1/journal.ndjson'), 'utf8')))
  })

  it('`silent` says nothing while all goes well, and the end of what does not', async () => {
    const folder = folderWith({ 'good.yml': PIPELINE, 'bad.yml': 'steps:\n  a: { run: "echo x; exit 2" }\n' })
    const good = await orchRun({ cwd: folder, args: ['good.yml', '--ui', 'silent'] })
    expect([good.code, good.stdout, good.stderr]).toEqual([0, '', ''])
    const bad = await orchRun({ cwd: folder, args: ['bad.yml', '--ui', 'silent', '--run-id', 'r1'] })
    expect([bad.code, bad.stdout, timeless(bad.stderr)]).toEqual([1, '', [
      'failed in 1ms: 1 failed', '  error: a: the script exited with code 2', '  next: orch-run resume r1', '  report: .orch-run/runs/r1/report.json', '',
    ].join('\n')])
  })

  it('`--json` keeps standard output for the report, whatever is shown; it is the same as the file, and as `--report`', async () => {
    const folder = folderWith({ 'p.yml': PIPELINE })
    for (const ui of ['lines', 'json', 'silent']) {
      const { report } = await runFor(0, folder, ['p.yml', '--ui', ui, '--run-id', ui, '--report', `json=${ui}.json`, '--report', `markdown=${ui}.md`])
      for (const path of [`.orch-run/runs/${ui}/report.json`, `${ui}.json`]) expect(JSON.parse(readFileSync(join(folder, path), 'utf8'))).toEqual(report)
      expect(readFileSync(join(folder, `${ui}.md`), 'utf8')).toMatch(/^## p: passed\n/)
    }
    const wrong = await orchRun({ cwd: folder, args: ['p.yml', '--report', 'xml=x', '--run-id', 'never'] })
    expect([wrong.code, wrong.stdout, readdirSync(join(folder, '.orch-run/runs')).includes('never')]).toEqual([2, '', false])
  })
})

describe('what a step prints', () => {
  it('cannot command the CI system, the terminal or the reader', async () => {
    const hostile = ['::error file=a::b', '  ::set-output name=a::b', '##[error]x', '##vso[task.complete]x', '\u001B[31mred\u001B[0m \u001B]0;title\u0007', 'over\rwritten', 'a\u202Eb', '\u0000\u0008nul']
    const folder = folderWith({
      'say.py': `import sys; sys.stdout.buffer.write(${JSON.stringify(`${hostile.join('\n')}\n`)}.encode())\n`,
      'p.yml': 'steps:\n  a: { run: python3 say.py, name: "::warning::x" }\n  b: { shell: python3, run: \'raise SystemExit("::error::y")\', continue_on_error: true }\n',
    })
    for (const ui of ['lines', 'json', 'silent']) {
      const { stderr } = await orchRun({ cwd: folder, args: ['p.yml', '--ui', ui, '--run-id', ui] })
      expect(stderr.split('\n').filter((line) => /^\s*::|##\w*\[|[\u0000-\u0009\u000B-\u001F\u007F\u202A-\u202E]/.test(line))).toEqual([])
    }
    const { stdout } = await orchRun({ cwd: folder, args: ['logs', 'lines', 'a'] })
    expect(stdout.split('\n').filter((line) => /^\s*::|##\w*\[/.test(line))).toEqual([])
    const whole = `${hostile.join('\n')}\n`
    expect(readFileSync(join(folder, '.orch-run/runs/lines/steps/a/1/stdout.log'), 'utf8')).toBe(whole)
    expect((await orchRun({ cwd: folder, args: ['logs', 'lines', 'a'], env: { CI: null } })).stdout).toBe(whole)
  })
})

describe('a reader that goes away', () => {
  it('is no failure: the run goes on to its end', async () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: "for i in $(seq 2000); do echo line $i; done; echo v=1 >> $ORCH_OUTPUT" }\n' })
    const code = await new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [PROGRAM, 'p.yml', '--json', '--run-id', 'r1'], { cwd: folder, env: smallEnv(folder), stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      child.stderr.once('data', () => child.stderr.destroy())
      child.on('exit', resolve)
    })
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, '.orch-run/runs/r1/report.json'), 'utf8'))).toMatchObject({ run: { status: 'passed' }, steps: [{ outputs: { v: '1' } }] })
  })

  it('is told from a report that cannot be written: that one is lost, and 0 would be a lie', () => {
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: "true" }\n' })
    const full = openSync('/dev/full', 'w')
    const ended = spawnSync(process.execPath, [PROGRAM, 'p.yml', '--json', '--ui', 'silent'], { cwd: folder, env: smallEnv(folder), stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
    closeSync(full)
    expect([ended.status, ended.stderr]).toEqual([4, 'error: standard output cannot be written: ENOSPC: no space left on device, write\n'])
  })
})
