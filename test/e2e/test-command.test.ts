import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders } from '../rig/program.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

let simulator: Simulator
let calls = 0

beforeAll(async () => {
  simulator = await startSimulator({
    answer: (request) => {
      calls += 1
      return request.answers === 0
        ? { text: 'I mend it.', calls: [{ name: 'write_file', input: { path: 'a.txt', content: 'good\n' } }], usage: { input: 100, output: 10 } }
        : { text: 'It is mended.', usage: { input: 120, output: 5 } }
    },
  })
})

afterAll(async () => {
  removeFolders()
  await simulator.close()
})

const PIPELINE = (): string => `
inputs: { task: { type: string, required: true } }
providers: { claude: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: TEST_KEY } }
agents: { developer: { model: claude/claude-sonnet-5, instructions: You fix bugs., tools: [files] } }
checks: { good: { kind: tests, run: grep -q good a.txt } }
steps:
  fix: { agent: developer, prompt: "\${{ inputs.task }}", verify: good }
  ship: { needs: fix, deliver: { branch: fixed } }
outputs: { how: "\${{ steps.fix.outputs.text }}" }
`

const TESTS = `
pipeline: ../fix.yml
tests:
  mends it:
    repository: ./repository
    recording: ./recording
    inputs: { task: Mend a.txt. }
    expect:
      status: passed
      exit_code: 0
      steps:
        fix: { files_changed: [a.txt], checks: { good: passed }, attempts: 1, outputs: { text: { matches: ^It is } } }
      outputs: { how: It is mended. }
      deliveries: [branch fixed]
      cost_usd: { at_most: 0.01 }
`

async function recorded(): Promise<string> {
  const folder = folderWith({ 'fix.yml': PIPELINE(), 'tests/fix.test.yml': TESTS, 'tests/repository/a.txt': 'bad\n' })
  const ended = await orchRun({ cwd: folder, args: ['test', 'tests/fix.test.yml', '--update'], env: { TEST_KEY: 'canary-key-of-the-test' } })
  expect([ended.code, ended.stdout.replace(/\(.*?\)/, '(…)')]).toEqual([0, '✔ tests/fix.test.yml: mends it (…)\n1 passed, 0 failed\n'])
  return folder
}

describe('orch-run test', () => {
  it('plays a recording without a key or a call, and leaves nothing behind', async () => {
    const folder = await recorded()
    const before = calls
    const ended = await orchRun({ cwd: folder, args: ['test', 'tests/fix.test.yml', '--json'] })
    expect([ended.code, ended.stderr, calls]).toEqual([0, '', before])
    expect(JSON.parse(ended.stdout)).toEqual([{ file: 'tests/fix.test.yml', name: 'mends it', passed: true, duration_ms: expect.any(Number) as number, differences: [] }])
    expect(existsSync(join(folder, '.orch-run'))).toBe(false)
    expect(readFileSync(join(folder, 'tests/recording/fix.ndjson'), 'utf8')).not.toContain('canary-key-of-the-test')
  })

  it('tells everything that is not as expected', async () => {
    const folder = await recorded()
    writeFileSync(join(folder, 'tests/fix.test.yml'), TESTS
      .replace('status: passed', 'status: failed').replace('exit_code: 0', 'exit_code: 1').replace('[a.txt]', '[b.txt]').replace('good: passed', 'good: failed')
      .replace('attempts: 1', 'attempts: 2').replace('^It is', '^It was').replace('how: It is mended.', 'how: 3').replace('[branch fixed]', '[]')
      .replace('0.01', '0').replace('        fix:', '        gone: {}\n        fix:'))
    const ended = await orchRun({ cwd: folder, args: ['test', 'tests/fix.test.yml'] })
    expect([ended.code, ended.stdout.replace(/\(\d.*?\)/, '(…)').replace(/cost \$[\d.]+/, 'cost $…')]).toEqual([1, `✖ tests/fix.test.yml: mends it (…)
  - the status of the run is \`passed\`, expected \`failed\`
  - the exit code is \`0\`, expected \`1\`
  - there is no step \`gone\`; there are \`fix\`, \`ship\`
  - the number of attempts of \`fix\` is \`1\`, expected \`2\`
  - the list of changed files of \`fix\` is \`["a.txt"]\`, expected \`["b.txt"]\`
  - the check \`good\` of \`fix\` is \`passed\`, expected \`failed\`
  - the output of \`fix\` \`text\` is \`It is mended.\`, expected a text that matches \`^It was\`
  - the output \`how\` is \`It is mended.\`, expected \`3\`
  - the list of deliveries is \`["branch fixed"]\`, expected \`[]\`
  - the run cost $…, expected at most $0
0 passed, 1 failed
`])
  })

  it('tells how a request differs from the recorded one when a prompt was changed', async () => {
    const folder = await recorded()
    writeFileSync(join(folder, 'fix.yml'), PIPELINE().replace('You fix bugs.', 'You fix all bugs.'))
    const ended = await orchRun({ cwd: folder, args: ['test', 'tests/fix.test.yml'] })
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('does not fit the recording, the instructions differ in line')
    expect(ended.stdout).toContain('You fix bugs')
    expect(ended.stdout).toContain('You fix all bugs')
  })

  it('refuses a file that is no file of tests, at the place, and a recording that is not there', async () => {
    const folder = folderWith({ 'a.test.yml': 'pipeline: a.yml\ntests:\n  x: { recordings: r, expect: { staus: passed } }\n', 'b.test.yml': 'pipeline: a.yml\ntests: { x: { recording: ./r } }\n' })
    const wrong = await orchRun({ cwd: folder, args: ['test', 'a.test.yml'] })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('error[unknown-key]: `x` of `tests` has an unknown key `recordings`\n  ——▶ a.test.yml:3:8')
    expect(wrong.stderr).toContain('did you mean `status`?')
    const gone = await orchRun({ cwd: folder, args: ['test', 'b.test.yml'] })
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringMatching(/^error: the recording `.*r` is no folder\n {2}help: make it by `orch-run test --update`\n$/) as string])
  })
})
