import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

describe('a check step', () => {
  it('tells the problems of every report, and where they are', async () => {
    const eslint = [{ filePath: '{dir}/src/a.ts', messages: [{ ruleId: 'no-var', severity: 2, message: 'Unexpected var.', line: 2, column: 3 }, { ruleId: 'x', severity: 1, message: 'Hm.', line: 4, column: 1 }] }]
    const folder = folderWith({
      'src/a.ts': 'one\ntwo\nthree\nfour\n',
      'lint.py': `import json, os, sys\nprint(json.dumps(json.loads(${JSON.stringify(JSON.stringify(eslint))}.replace("{dir}", os.getcwd()))))\nsys.exit(1)\n`,
      'junit.xml': '<testsuites><testsuite name="s"><testcase name="good" classname="c"/><testcase name="bad" classname="c" file="src/a.ts" line="3"><failure message="1 is not 2">at src/a.ts:3:1</failure></testcase></testsuite></testsuites>\n',
      'p.yml': `
checks:
  types: { run: 'echo "src/a.ts(1,2): error TS2322: no fit"; exit 2', report: tsc }
  lint: { run: python3 lint.py, report: eslint-json }
  tests: { run: 'mkdir -p out; cp junit.xml out/r.xml; exit 1', report: "junit:out/*.xml" }
  warned: { kind: custom, run: exit 1, gate: warn }
  good: { kind: custom, run: "true" }
steps:
  prove: { check: [types, lint, tests, warned, good] }
  after: { needs: prove, run: touch after }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ prove: 'failed', after: 'skipped' })
    expect(failures(report)).toEqual({ prove: 'check-failed: the checks `types` (ended with exit code 2), `lint` (ended with exit code 1), `tests` (ended with exit code 1) failed' })
    expect(report.steps[0]?.checks.map(({ name, status, gate }) => [name, status, gate])).toEqual([
      ['types', 'failed', 'block'], ['lint', 'failed', 'block'], ['tests', 'failed', 'block'], ['warned', 'failed', 'warn'], ['good', 'passed', 'block'],
    ])
    expect(report.steps[0]?.checks.map(({ problems }) => problems)).toEqual([
      [{ file: 'src/a.ts', line: 1, column: 2, severity: 'error', message: 'no fit', rule: 'TS2322' }],
      [
        { file: 'src/a.ts', line: 2, column: 3, severity: 'error', message: 'Unexpected var.', rule: 'no-var' },
        { file: 'src/a.ts', line: 4, column: 1, severity: 'warning', message: 'Hm.', rule: 'x' },
      ],
      [expect.objectContaining({ file: 'src/a.ts', line: 3, severity: 'error' })], [], [],
    ])
  })

  it('passes when only a warning gate failed', async () => {
    const folder = folderWith({ 'p.yml': 'checks: { w: { run: exit 1, gate: warn } }\nsteps: { prove: { check: w } }\n' })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.steps[0]?.checks.map(({ name, status, gate }) => [name, status, gate])).toEqual([['w', 'failed', 'warn']])
  })

  it('judges by what `expect` says: exit code, patterns that must and must not be there', async () => {
    const folder = folderWith({ 'p.yml': `
checks:
  code: { run: exit 3, expect: { exit_code: 3 } }
  out: { run: 'printf "a\\nall passed\\n"', expect: { stdout_matches: '^all passed$' } }
  no-out: { run: 'echo some passed', expect: { stdout_matches: '^all passed$' } }
  err: { run: 'echo done >&2', expect: { stderr_matches: ^done } }
  not: { run: 'echo "deprecated" >&2', expect: { not_matches: deprecated } }
  slow: { run: 'mkfifo f; read x < f', timeout: 100ms }
  missing: { run: no-such-program-here }
steps:
  good: { check: [code, out, err] }
  bad: { check: [no-out, not, slow, missing] }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ good: 'passed', bad: 'failed' })
    expect(report.steps[1]?.checks.map(({ name, status, message }) => [name, status, message])).toEqual([
      ['no-out', 'failed', 'standard output does not match `stdout_matches`'], ['not', 'failed', 'standard error matches `not_matches`'],
      ['slow', 'failed', 'took longer than 100ms'], ['missing', 'failed', expect.stringContaining('127')],
    ])
  })

  it('finds types, lint and tests in the project; one that is neither declared nor found is a mistake', async () => {
    const steps = 'steps:\n  prove: { check: [tests] }\n'
    const found = folderWith({ 'package.json': '{ "scripts": { "test": "node -e \\"process.exit(0)\\"" } }\n', 'p.yml': steps })
    const { report } = await runFor(0, found, ['p.yml'])
    expect(report.steps[0]?.checks.map(({ name, status }) => [name, status])).toEqual([['tests', 'passed']])
    const none = folderWith({ 'p.yml': `${steps}  first: { run: touch ran }\n` })
    const ended = await orchRun({ cwd: none, args: ['p.yml'] })
    expect([ended.code, ended.stdout, existsSync(join(none, 'ran'))]).toEqual([2, '', false])
    expect(ended.stderr).toContain('error: the check `tests` is neither declared nor detected in this project\n')
  })

  it('judges the changes of what it needs, and leaves nothing of what it wrote', async () => {
    const folder = repositoryWith({ 'a.txt': 'bad\n', 'p.yml': `
checks: { good: { run: 'echo trash > trash.txt; grep -q good a.txt' } }
steps:
  before: { check: good, continue_on_error: true, workspace: worktree }
  mend: { needs: before, workspace: worktree, run: 'echo good > a.txt' }
  after: { needs: mend, check: good }
  look: { needs: after, run: 'test "$(ls)" = "$(printf "a.txt\\np.yml")"; grep -q good a.txt' }
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ before: 'failed', mend: 'passed', after: 'passed', look: 'passed' })
    expect(existsSync(join(folder, 'trash.txt'))).toBe(false)
  })
})

describe('an agent whose work does not hold', () => {
  const pipeline = (baseUrl: string): string => `
providers: { sim: { type: openai-compatible, base_url: ${baseUrl}, prices: { m: free } } }
agents: { a: { model: sim/m, tools: [files] } }
checks: { good: { kind: custom, run: 'echo "took $RANDOM ms"; echo "bad: $(cat a.txt)"; grep -q good a.txt' } }
steps:
  mend: { agent: a, prompt: Mend., verify: good, repair: 5 }
`

  it('is told so only until the same failure comes twice without a change', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'I say that it is done.' }) })
    const folder = repositoryWith({ 'a.txt': 'bad\n', 'p.yml': pipeline(simulator.baseUrl.chat) })
    const { report } = await runFor(1, folder, ['p.yml'])
    await simulator.close()
    expect(simulator.log).toHaveLength(2)
    expect(failures(report)).toEqual({ mend: 'check-failed: the check `good` (ended with exit code 1) failed, twice the same way without a change between' })
  })

  it('goes on as long as it changes something, at most as often as `repair` says', async () => {
    const simulator = await startSimulator({ answer: ({ answers }) => (answers % 2 === 0
      ? { calls: [{ name: 'write_file', input: { path: 'a.txt', content: `bad ${answers}\n` } }] }
      : { text: 'Done.' }) })
    const folder = repositoryWith({ 'a.txt': 'bad\n', 'p.yml': pipeline(simulator.baseUrl.chat) })
    const { report } = await runFor(1, folder, ['p.yml'])
    await simulator.close()
    expect(simulator.log).toHaveLength(12)
    expect(failures(report)).toEqual({ mend: 'check-failed: the check `good` (ended with exit code 1) failed after 5 repairs' })
    expect(report.steps[0]).toMatchObject({ commit: null, checks: [{ name: 'good', status: 'failed' }] })
  })
})
