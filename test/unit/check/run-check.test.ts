import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CheckOrder, Verdict } from '../../../src/check/check.ts'
import { runCheck } from '../../../src/check/run-check.ts'
import { createClock } from '../../../src/host/clock.ts'
import { createFiles } from '../../../src/host/files.ts'
import { createProcesses } from '../../../src/host/processes.ts'
import { createPatterns } from '../../../src/host/regex.ts'
import { folderWith } from './folder.ts'

const PATH = process.env['PATH'] ?? ''
const PASS = { exitCode: 0, stdoutMatches: undefined, stderrMatches: undefined, notMatches: undefined }

const SUITE = '<testsuite><testcase name="a"/></testsuite>'
const JUNIT = { report: { format: 'junit', path: 'out/*.xml' } } as const

interface World {
  readonly files?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly heard?: (text: string) => void
  readonly processes?: ReturnType<typeof createProcesses>
}

async function check(script: string, more: Partial<CheckOrder> = {}, world: World = {}): Promise<Verdict> {
  const root = more.root ?? (await folderWith(world.files ?? {}))
  const order = {
    name: 'c', kind: 'custom', script, cwd: root, root, env: { PATH }, timeoutMs: 60_000, expect: PASS, report: undefined, gate: 'block', ...more,
  } as const
  const ports = { processes: world.processes ?? createProcesses({ PATH }), files: createFiles(), clock: createClock(), patterns: createPatterns() }
  const output = (_stream: string, chunk: string): void => world.heard?.(chunk)
  return runCheck(order, ports, { signal: world.signal ?? new AbortController().signal, output })
}

function told({ status, exitCode, message }: Verdict) {
  return { status, exitCode, message }
}


describe('a check', () => {
  it('passes when its script ends with 0, in its folder and with its environment', async () => {
    const verdict = await check('pwd; echo "$WHO"; echo err >&2', { env: { PATH, WHO: 'me' }, gate: 'warn', kind: 'lint' })
    expect({ ...verdict, durationMs: 0, output: verdict.output.replace(/^\/.*\n/, '') }).toEqual({
      name: 'c', kind: 'lint', status: 'passed', gate: 'warn', durationMs: 0, exitCode: 0, message: null, problems: [], output: 'me\nerr\n',
    })
    expect(verdict.durationMs).toBeGreaterThan(0)
  })

  it.each([
    ['false; true', 1],
    ['exit 3 | true', 3],
    ['echo "$UNSET"', 1],
  ])('fails at the first failure of `%s`', async (script, exitCode) => {
    expect(told(await check(script))).toEqual({ status: 'failed', exitCode, message: `ended with exit code ${exitCode}` })
  })

  it('may expect another exit code', async () => {
    expect(await check('exit 3', { expect: { ...PASS, exitCode: 3 } })).toMatchObject({ status: 'passed', exitCode: 3 })
    expect(told(await check('exit 0', { expect: { ...PASS, exitCode: 3 } }))).toEqual({
      status: 'failed', exitCode: 0, message: 'ended with exit code 0, expected 3',
    })
  })

  it('says which program is missing', async () => {
    expect((await check('no-such-tool --x')).message).toMatch(/^ended with exit code 127: a program was not found \(`.*no-such-tool: command not found`\)$/)
    expect(told(await check('true', {}, { processes: createProcesses({ PATH: '' }) }))).toMatchObject({ status: 'passed' })
    expect(told(await check('true', { env: { PATH: '/nowhere' } }))).toEqual({
      status: 'failed', exitCode: null, message: 'the program `bash` was not found',
    })
  })

  it('fails where its folder is gone', async () => {
    expect(told(await check('true', { cwd: '/no/such/folder' }))).toEqual({
      status: 'failed', exitCode: null, message: 'the folder `/no/such/folder` does not exist',
    })
  })

  it('fails when a signal ended it', async () => {
    expect(told(await check('kill -KILL $$'))).toEqual({ status: 'failed', exitCode: null, message: 'was ended by SIGKILL' })
  })

  it('is stopped with all its processes when its time is over, even where it then ends well', async () => {
    const verdict = await check('trap "exit 0" TERM; sleep 100 & wait', { timeoutMs: 150, ...JUNIT })
    expect(told(verdict)).toEqual({ status: 'failed', exitCode: 0, message: 'took longer than 150ms' })
  })

  it('is stopped when nobody waits for it any more, and not started when nobody ever did', async () => {
    const controller = new AbortController()
    const verdict = await check('echo ready; exec sleep 100', {}, { signal: controller.signal, heard: () => controller.abort() })
    expect(verdict).toMatchObject({ status: 'failed', exitCode: null, message: 'was cancelled', output: 'ready\n' })
    const root = await folderWith({})
    expect(told(await check('touch ran', { root }, { signal: AbortSignal.abort() }))).toEqual({ status: 'failed', exitCode: null, message: 'was cancelled' })
    expect(await createFiles().list(root)).toEqual([])
  })

  it('is stopped when that is found out while it starts', async () => {
    const controller = new AbortController()
    const real = createProcesses({ PATH })
    const start: typeof real.start = async (command) => real.start(command).finally(() => controller.abort())
    const verdict = await check('exec sleep 100', {}, { signal: controller.signal, processes: { ...real, start } })
    expect(told(verdict)).toEqual({ status: 'failed', exitCode: null, message: 'was cancelled' })
  })

  it('keeps beginning and end of a long output, without colours', async () => {
    const { output } = await check('printf "\\033[31mfirst\\033[0m\\r\\n"; head -c 300000 /dev/zero | tr "\\0" x; echo; echo last')
    expect(output).toMatch(/^first\nx+\n… \d+ characters are left out here …\nx+\nlast\n$/)
    expect(output.length).toBeLessThan(40_000)
  })

  it('hands its output on as whole characters', async () => {
    const heard: string[] = []
    await check('printf "\\303"; env true; printf "\\274\\n\\303"', {}, { heard: (text) => heard.push(text) })
    expect(heard.join('')).toBe('ü\n\uFFFD')
  })
})

describe('what a check expects of its output', () => {
  it.each([
    [{ stdoutMatches: '^two$' }, null],
    [{ stdoutMatches: 'one.two' }, null],
    [{ stderrMatches: 'warn' }, null],
    [{ notMatches: 'three' }, null],
    [{ stdoutMatches: 'warn' }, 'standard output does not match `stdout_matches`'],
    [{ stderrMatches: 'one' }, 'standard error does not match `stderr_matches`'],
    [{ notMatches: 'two' }, 'standard output matches `not_matches`'],
    [{ notMatches: 'warn' }, 'standard error matches `not_matches`'],
    [{ stdoutMatches: '(' }, '`stdout_matches` is no valid regular expression'],
    [{ exitCode: 1, stdoutMatches: 'x' }, 'ended with exit code 0, expected 1; standard output does not match `stdout_matches`'],
  ])('%j', async (expected, message) => {
    expect((await check('echo one; echo two; echo warn >&2', { expect: { ...PASS, ...expected } })).message).toBe(message)
  })

  it('fails when a pattern backtracks without end', async () => {
    const verdict = await check('echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', { expect: { ...PASS, stdoutMatches: '^(a+)+$' } })
    expect(verdict.message).toBe('`stdout_matches` could not be matched with standard output within 2.0s')
  })

  it('proves no absence from an output that was too long to keep', async () => {
    const verdict = await check('head -c 11000000 /dev/zero | tr "\\0" x', { expect: { ...PASS, notMatches: 'y' } })
    expect(verdict.message).toBe('standard output is too long to be searched to its end for `not_matches`')
  })
})

describe('the report of a check', () => {
  const tsc = 'echo "src/a.ts(1,7): error TS2322: No."'
  const problem = { file: 'src/a.ts', line: 1, column: 7, severity: 'error', message: 'No.', rule: 'TS2322' }

  it('gives its problems, while the exit code decides', async () => {
    const report = { format: 'tsc', path: undefined }
    expect(await check(`${tsc}; exit 2`, { report })).toMatchObject({ status: 'failed', message: 'ended with exit code 2', problems: [problem] })
    expect(await check(tsc, { report })).toMatchObject({ status: 'passed', message: null, problems: [problem] })
  })

  it('is known without being declared where types are checked, and nowhere else', async () => {
    expect(await check(`${tsc}; exit 2`, { kind: 'types' })).toMatchObject({ status: 'failed', problems: [problem] })
    expect(await check(`${tsc}; exit 2`, { kind: 'lint' })).toMatchObject({ status: 'failed', problems: [] })
  })

  it('tells paths from the top of the repository, wherever the check runs', async () => {
    const root = await folderWith({ 'packages/one/x': '' })
    const script = `echo "a.ts(1,1): error TS1: a"; echo "../two/b.ts(1,1): error TS1: b"; echo "${root}/c.ts(1,1): error TS1: c"`
    const { problems } = await check(script, { root, cwd: join(root, 'packages/one'), kind: 'types' })
    expect(problems.map(({ file }) => file)).toEqual(['packages/one/a.ts', 'packages/two/b.ts', 'c.ts'])
  })

  it('fails a check that ends well and prints no report', async () => {
    expect(told(await check('echo fine', { report: { format: 'eslint-json', path: undefined } }))).toEqual({
      status: 'failed', exitCode: 0, message: 'standard output holds no ESLint report; `eslint --format json` prints one',
    })
  })

  it('fails a check whose format nobody knows', async () => {
    expect((await check('true', { report: { format: 'made-up', path: undefined } })).message).toBe('`made-up` is no report format')
  })

  it('reads all files that match, at any depth', async () => {
    const failing = '<testsuite><testcase name="b"><failure message="no"/></testcase></testsuite>'
    const script = `mkdir -p p/q/out; echo '${SUITE}' > p/one.xml; echo '${failing}' > p/q/out/two.xml; exit 1`
    expect(await check(script, { report: { format: 'junit', path: '**/*.xml' } })).toMatchObject({
      status: 'failed', message: 'ended with exit code 1',
      problems: [{ file: null, line: null, column: null, severity: 'error', message: 'b: no', rule: null }],
    })
  })

  it('passes with a report of tests that pass', async () => {
    expect(told(await check(`mkdir out; echo '${SUITE}' > out/a.xml`, JUNIT))).toEqual({ status: 'passed', exitCode: 0, message: null })
  })

  it.each([
    ['true', 'no file matches the report `out/*.xml`'],
    ['exit 4', 'ended with exit code 4; no file matches the report `out/*.xml`'],
    ['mkdir out; echo "<a" > out/a.xml', 'the report `out/a.xml` has a malformed element'],
    ['mkdir out; echo "<testsuite/>" > out/a.xml', 'the report `out/*.xml` names no test'],
    ['mkdir out; head -c 10485761 /dev/zero > out/a.xml', 'the report `out/a.xml` is larger than 10 MiB'],
    ['mkdir -p out/a.xml; ln -s /etc/passwd out/b.xml', 'no file matches the report `out/*.xml`'],
  ])('proves nothing after `%s`', async (script, message) => {
    expect(await check(script, JUNIT)).toMatchObject({ status: 'failed', message, problems: [] })
  })

  it('proves nothing when it is older than the check', async () => {
    const root = await folderWith({})
    await mkdir(join(root, 'out'))
    await writeFile(join(root, 'out/a.xml'), SUITE)
    expect(await check('true', { ...JUNIT, root })).toMatchObject({
      status: 'failed', message: 'no file that matches the report `out/*.xml` was written by this check: those there are older',
    })
    expect(await check('touch out/a.xml', { ...JUNIT, root })).toMatchObject({ status: 'passed' })
  })

  it('never looks outside the folder of the check', async () => {
    const root = await folderWith({ 'sub/x': '' })
    for (const path of ['../*.xml', '/etc/*', '{../,}x.xml', 'a/../../x.xml']) {
      const report = { format: 'junit', path }
      const verdict = await check(`mkdir -p a; echo '${SUITE}' > ../x.xml`, { root, cwd: join(root, 'sub'), report })
      expect(verdict.message).toBe(`no file matches the report \`${path}\``)
    }
  })

  it('keeps a thousand problems, errors first, and counts the rest', async () => {
    const script = 'for i in {1..1200}; do echo "a.ts($i,1): warning TS1: w"; done; echo "a.ts(1,1): error TS2: e"; exit 1'
    const verdict = await check(script, { kind: 'types' })
    expect(verdict.message).toBe('ended with exit code 1; the first 1000 of 1201 problems are kept')
    expect([verdict.problems.length, verdict.problems[0]?.rule]).toEqual([1000, 'TS2'])
  })
})
