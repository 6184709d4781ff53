// Records the tests of the ready pipelines anew: real steps, tools, worktrees and checks, against a loopback server whose answers are
// written below. `node .ci/record-pipelines.ts [NAME…]`
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSimulator } from '../test/simulator/simulator.ts'
import type { SimReply, SimRequest } from '../test/simulator/answer.ts'

const root = join(import.meta.dirname, '..')

const AGE = `/** Years between two dates, whole ones. */
export function age(born, today) {
  const years = today.getUTCFullYear() - born.getUTCFullYear()
  const day = (date) => 100 * date.getUTCMonth() + date.getUTCDate()
  return day(today) >= day(born) ? years : years - 1
}
`
const TO_COME = `
test('a birthday that is still to come does not count', () => {
  strictEqual(age(new Date('2000-03-01'), new Date('2020-02-01')), 19)
})
`
const calls = (text: string, ...all: NonNullable<SimReply['calls']>[number][]): SimReply => ({ text, calls: all })
const read = (path: string) => ({ name: 'read_file', input: { path } })
const write = (path: string, content: string) => ({ name: 'write_file', input: { path, content } })
const edit = (path: string, old_text: string, new_text: string) => ({ name: 'edit_file', input: { path, old_text, new_text } })
const outputs = (input: Record<string, unknown>): SimReply => calls('That is all.', { name: 'submit_outputs', input })

/** What the models say, turn by turn, by the beginning of their instructions. */
const ANSWERS: Readonly<Record<string, readonly (readonly [instructions: string, turns: readonly SimReply[]])[]>> = {
  'fix-issue': [['You fix bugs', [
    calls('I read the code and its tests.', read('src/age.js'), read('test/age.test.js')),
    calls('First a test that fails.', edit('test/age.test.js', '20)\n})\n', `20)\n})\n${TO_COME}`)),
    { text: 'The birthday that is still to come must not count; there is a test for it now.' },
    calls('The test fails: now the code.', write('src/age.js', AGE)),
    { text: 'A birthday that was still to come counted as a whole year. The day of the year is compared now, and a test holds it.' },
  ]]],
  'fix-ci': [['You mend', [
    calls('I make the tests.', { name: 'execute_command', input: { command: 'npm test' } }, read('src/age.js')),
    calls('The birthday that is to come is counted.', write('src/age.js', AGE)),
    { text: 'The age counted a birthday that was still to come; the tests hold now.' },
  ]]],
  'upgrade-deps': [['You bring', [
    calls('I look at both versions and who uses them.', read('src/joiner-2.js'), read('src/path.js')),
    calls('The separator comes first since version 2.', write('src/path.js', "import { join } from './joiner-2.js'\n\nexport const path = (parts) => join('-', parts)\n")),
    { text: 'joiner is at version 2; `path` gives it the separator that was fixed before.' },
  ]]],
  'write-tests': [['You write tests', [
    calls('I read the file and its tests.', read('src/slug.js'), read('test/slug.test.js')),
    calls('Accents and edges lack a test.', edit('test/slug.test.js', "'hello-world'))\n", "'hello-world'))\n\ntest('nothing is left at the edges', () => strictEqual(slug('  -Hello- '), 'hello'))\n"), edit('src/slug.js', 'title.toLowerCase()', 'String(title).toLowerCase()')),
    { text: 'Edges are tested. I made the code take anything.' },
    calls('Only tests may change: I take that back.', edit('src/slug.js', 'String(title).toLowerCase()', 'title.toLowerCase()')),
    { text: 'Edges are tested. A title that is no text throws; and `it’s` becomes `it-s`, which quotes may not be meant to do.' },
  ]]],
  'docs-sync': [['You keep', [
    calls('I compare the README with the code.', { name: 'list_directory', input: { path: '.' } }, read('README.md'), read('src/retry.js')),
    calls('The pause doubles.', edit('README.md', 'Retries wait one second longer each time.', 'Retries wait twice as long each time, two seconds at first.')),
    { text: 'The README says how long retries wait, as the code does it.' },
  ]]],
  triage: [['You sort', [
    calls('I look for ages.', { name: 'search_files', input: { pattern: 'age' } }),
    calls('I read it.', read('src/age.js')),
    outputs({ kind: 'bug', severity: 'medium', files: ['src/age.js'], answer: 'The age is the difference of the years alone; month and day are not looked at.' }),
  ]]],
  'review-pr': [['You review', [
    calls('I read the file.', read('src/total.js')),
    outputs({ verdict: 'request-changes', summary: 'The total of no prices throws.', findings: [{ file: 'src/total.js', line: 1, severity: 'error', reason: 'reduce() of an empty list without a first value throws.' }] }),
  ]]],
  'architect-developer-qa': [
    ['You design', [
      calls('I read what is there.', read('src/math.js')),
      outputs({ approach: 'Export subtract(a, b) beside add.', behaviour: ['subtract(5, 3) is 2'], files: ['src/math.js'] }),
    ]],
    ['You build', [
      calls('I add it.', write('src/math.js', 'export const add = (a, b) => a + b\nexport const subtract = (a, b) => a - b\n')),
      { text: 'subtract stands beside add.' },
    ]],
    ['You write tests from', [
      calls('One test.', write('test/subtract.test.js', "import { subtract } from '../src/math.js'\nimport { strictEqual } from 'node:assert'\nimport { test } from 'node:test'\n\ntest('numbers are subtracted', () => strictEqual(subtract(5, 3), 2))\n")),
      { text: 'subtract(5, 3) is tested.' },
    ]],
  ],
}

const wanted = process.argv.slice(2)
for (const name of Object.keys(ANSWERS).filter((one) => wanted.length === 0 || wanted.includes(one))) await record(name)

async function record(name: string): Promise<void> {
  const answer = (request: SimRequest): SimReply => {
    const turns = ANSWERS[name]?.find(([instructions]) => request.system.startsWith(instructions))?.[1]
    return turns?.[request.answers] ?? { text: 'I have nothing to add.' }
  }
  const simulator = await startSimulator({ answer })
  const pipeline = join(root, `pipelines/${name}.recording.yml`)
  const tests = join(root, `pipelines/tests/${name}.recording.test.yml`)
  const text = readFileSync(join(root, `pipelines/${name}.yml`), 'utf8')
  writeFileSync(pipeline, text.replace(/claude: \{ type: anthropic \}.*/, `claude: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: RECORDING_KEY }`))
  writeFileSync(tests, readFileSync(join(root, `pipelines/tests/${name}.test.yml`), 'utf8').replace(`../${name}.yml`, `../${name}.recording.yml`))
  rmSync(join(root, `pipelines/tests/${name}/recording`), { recursive: true, force: true })
  try {
    const child = spawn(process.execPath, [join(root, 'dist/orch-run.js'), 'test', tests, '--update'], { cwd: root, stdio: 'inherit', env: { ...process.env, RECORDING_KEY: 'no-real-key' } })
    process.exitCode = Math.max(Number(process.exitCode ?? 0), await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1))))
  } finally {
    rmSync(pipeline)
    rmSync(tests)
    await simulator.close()
  }
}
