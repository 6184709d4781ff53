import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM, folderWith, orchRun, removeFolders } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'

const ROOT = join(import.meta.dirname, '../..')

let folder = ''
let reports: Record<string, Report> = {}

beforeAll(async () => {
  folder = folderWith({
    'good.yml': 'steps:\n  a: { run: "echo out; echo err >&2" }\n  many: { matrix: { n: [1, 2] }, run: "echo n=${{ matrix.n }}" }\n',
    'bad.yml': 'steps:\n  a: { retry: { attempts: 2, backoff: 1ms }, run: "echo try $ORCH_ATTEMPT; exit 3" }\n  b: { needs: a, run: echo never }\n',
  })
  reports = {
    good: (await runFor(0, folder, ['good.yml', '--run-id', 'good'])).report,
    bad: (await runFor(1, folder, ['bad.yml', '--run-id', 'bad'])).report,
  }
})
afterAll(removeFolders)

async function said(...args: string[]): Promise<[number | null, string, string]> {
  const { code, stdout, stderr } = await orchRun({ cwd: folder, args })
  return [code, stdout, stderr]
}

describe('the history of runs', () => {
  it('`runs` lists them, newest first, in words and as JSON', async () => {
    const [code, out, err] = await said('runs')
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n').map((line) => line.split(/\s{2,}/).filter((_, column) => column !== 2))).toEqual([
      ['bad', 'failed', '$0', 'bad'], ['good', 'passed', '$0', 'good'], [''],
    ])
    const json = await orchRun({ cwd: folder, args: ['runs', '--json'] })
    expect(JSON.parse(json.stdout)).toMatchObject([
      { id: 'bad', status: 'failed', exitCode: 1, pipeline: 'bad', file: 'bad.yml', resumes: 0, cost_usd: 0 },
      { id: 'good', status: 'passed', exitCode: 0, pipeline: 'good', file: 'good.yml', resumes: 0, cost_usd: 0 },
    ])
    expect(await said('runs', '--state-dir', 'nowhere')).toEqual([0, '', ''])
  })

  it('`runs` tells those of a status, of a pipeline, or the latest ones alone', async () => {
    const ids = async (...args: string[]): Promise<string[]> => (JSON.parse((await said('runs', '--json', ...args))[1]) as { id: string }[]).map(({ id }) => id)
    expect(await ids('--status', 'failed')).toEqual(['bad'])
    expect(await ids('--status', 'failed', '--status', 'passed')).toEqual(['bad', 'good'])
    expect(await ids('--status', 'waiting')).toEqual([])
    expect([await ids('--pipeline', 'good'), await ids('--pipeline', 'bad.yml'), await ids('--limit', '1')]).toEqual([['good'], ['bad'], ['bad']])
    expect((await said('runs', '--status', 'lost'))[0]).toBe(2)
  })

  it('`report` makes every kind of report from the journal', async () => {
    expect(JSON.parse((await said('report', 'bad'))[1])).toEqual(reports.bad)
    for (const [format, text] of [['junit', '<testsuites'], ['sarif', '"version": "2.1.0"'], ['markdown', '## bad: failed'], ['html', '<!doctype html>']] as const) {
      const [code, out, err] = await said('report', 'bad', '--format', format)
      expect([format, code, out.includes(text), err]).toEqual([format, 0, true, ''])
    }
    expect(await said('report', 'bad', '--format', 'pdf')).toEqual([2, '', 'error: there is no report format `pdf`\n  help: formats: json, junit, sarif, markdown, html\n'])
    expect((await said('report', 'none'))[0]).toBe(2)
  })

  it('`show` tells how one ended, and with --json gives its report', async () => {
    const [code, out, err] = await said('show', 'bad')
    expect([code, err, out.replace(/in \d+ms/, 'in 1ms')]).toEqual([0, '', [
      'failed in 1ms: 1 failed, 1 skipped', '  error: a: the script exited with code 3', '  next: orch-run resume bad', '  report: .orch-run/runs/bad/report.json', '',
    ].join('\n')])
    for (const id of ['good', 'bad']) expect(JSON.parse((await said('show', id, '--json'))[1])).toEqual(reports[id])
    expect(await said('show', 'none')).toEqual([2, '', 'error: there is no run `none` in the state folder\n  help: `orch-run runs` lists the runs of this folder\n'])
  })

  it('`logs` prints what a run, a step or a node wrote', async () => {
    expect(await said('logs', 'good')).toEqual([0, '── a, attempt 1\nout\nerr\n── many(n=1), attempt 1\nn=1\n── many(n=2), attempt 1\nn=2\n', ''])
    expect(await said('logs', 'good', 'a')).toEqual([0, 'out\nerr\n', ''])
    expect(await said('logs', 'good', 'many(n=2)')).toEqual([0, 'n=2\n', ''])
    expect(await said('logs', 'bad', 'a')).toEqual([0, '── a, attempt 1\ntry 1\n── a, attempt 2\ntry 2\n', ''])
    expect(await said('logs', 'bad', 'b')).toEqual([0, '', ''])
    expect(await said('logs', 'bad', 'zzz')).toEqual([2, '', 'error: the run `bad` has no step `zzz`\n  help: steps: a, b\n'])
  })
})

describe('the program', () => {
  it('prints the schemas of a pipeline and of a report', async () => {
    expect(await said('schema')).toEqual([0, readFileSync(join(ROOT, 'schemas/pipeline.schema.json'), 'utf8'), ''])
    expect(await said('schema', 'pipeline')).toEqual(await said('schema'))
    const { Ajv2020 } = await import('ajv/dist/2020.js')
    const [code, text] = await said('schema', 'report')
    const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(JSON.parse(text) as object)
    for (const report of Object.values(reports)) expect([validate(report), validate.errors]).toEqual([true, null])
    expect(code).toBe(0)
    expect(await said('schema', 'toString')).toEqual([2, '', 'error: there is no schema `toString`\n  help: one of `pipeline`, `test`, `report`\n'])
  })

  it('tells its version and its help on standard output, and what is wrong with its arguments on standard error', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    for (const option of ['--version', '-V']) expect(await said(option)).toEqual([0, `${version}\n`, ''])
    const [code, out, err] = await said('--help')
    expect([code, err]).toEqual([0, ''])
    for (const command of ['run', 'resume', 'validate', 'plan', 'schema', 'runs', 'show', 'logs']) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    for (const args of [[], ['good.yml', '--no-such-option'], ['good.yml', '--ui', 'loud'], ['good.yml', '--concurrency', '0'], ['good.yml', '--budget-usd', '-1'], ['validate']]) {
      const wrong = await said(...args)
      expect([args, wrong[0], wrong[1], wrong[2].startsWith('error: ')]).toEqual([args, 2, '', true])
    }
  })

  it('tells an old Node in one line what it needs', async () => {
    const old = oldNode()
    if (old === undefined) return
    const ended = spawnSync(old, [PROGRAM, 'good.yml'], { cwd: folder, encoding: 'utf8' })
    const version = execFileSync(old, ['--version'], { encoding: 'utf8' }).trim().slice(1)
    expect([ended.status, ended.stdout, ended.stderr]).toEqual([4, '', `orch-run needs Node.js 22.18 or newer, this is ${version}\n`])
  })
})

/** A node on the PATH that is too old; there is one on the machine that proves a submission. */
function oldNode(): string | undefined {
  const found = spawnSync('which', ['-a', 'node'], { encoding: 'utf8' }).stdout.trim().split('\n').filter((path) => path !== '' && !path.includes('node_modules'))
  return found.find((path) => Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1]) < 22)
}
