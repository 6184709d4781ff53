import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, outputsOf, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

describe('outputs of a script', () => {
  it('are lines `name=value` and here-documents, typed by their schemas, and reach the steps below and the run', async () => {
    const folder = folderWith({ 'p.yml': `
steps:
  plain:
    run: |
      echo 'a=1 = one' >> "$ORCH_OUTPUT"
      printf 'text<<END\\nfirst\\n a=2\\n\\nlast\\nEND\\nempty=\\r\\n' >> "$ORCH_OUTPUT"
  listed:
    outputs: [version]
    run: echo version=1.2.3 >> "$ORCH_OUTPUT"
  typed:
    outputs: { count: { type: integer }, files: { type: array, items: { type: string } }, name: { type: string } }
    run: |
      echo count=3 >> "$ORCH_OUTPUT"
      echo 'files=["a","b c"]' >> "$ORCH_OUTPUT"
      echo name=3 >> "$ORCH_OUTPUT"
  below:
    needs: [plain, typed]
    run: |
      echo "seen=\${{ steps.plain.outputs.text }}|\${{ steps.typed.outputs.files[1] }}|\${{ steps.typed.outputs.count }}" | tr '\\n' '~' >> "$ORCH_OUTPUT"
outputs:
  version: \${{ steps.listed.outputs.version }}
  files: \${{ steps.typed.outputs.files }}
  told: v\${{ steps.listed.outputs.version }} of \${{ steps.typed.outputs.count }}
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(outputsOf(report)).toEqual({
      plain: { a: '1 = one', text: 'first\n a=2\n\nlast', empty: '' },
      listed: { version: '1.2.3' },
      typed: { count: 3, files: ['a', 'b c'], name: '3' },
      below: { seen: 'first~ a=2~~last|b c|3~' },
    })
    expect(report.run.outputs).toEqual({ version: '1.2.3', files: ['a', 'b c'], told: 'v1.2.3 of 3' })
  })

  it('fail their step when they are malformed, missing, not declared or do not fit', async () => {
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 8 }
steps:
  line: { run: 'echo "no equals sign" >> "$ORCH_OUTPUT"' }
  mark: { run: 'printf "a<<END\\nb\\n" >> "$ORCH_OUTPUT"' }
  missing: { outputs: [a, b], run: 'echo a=1 >> "$ORCH_OUTPUT"' }
  undeclared: { outputs: [a], run: 'printf "a=1\\nb=2\\n" >> "$ORCH_OUTPUT"' }
  no-json: { outputs: { a: { type: number } }, run: 'echo a=one >> "$ORCH_OUTPUT"' }
  unfit: { outputs: { a: { type: number, minimum: 5 } }, run: 'echo a=1 >> "$ORCH_OUTPUT"' }
  proto: { run: 'printf "__proto__=1\\nconstructor=2\\n" >> "$ORCH_OUTPUT"' }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(failures(report)).toEqual({
      line: 'output-invalid: line 1 of the outputs is neither `name=value` nor `name<<MARK`',
      mark: 'output-invalid: the output `a` begins on line 1 and its end mark never comes',
      missing: 'output-invalid: the output `b` is declared and was not set',
      undeclared: 'output-invalid: the output `b` was set and is not declared',
      'no-json': 'output-invalid: the output `a` must be JSON, as its schema asks',
      unfit: 'output-invalid: the output `a` does not fit its schema: value must be >= 5',
    })
    expect(Object.keys(report.steps.find(({ id }) => id === 'proto')?.outputs ?? {})).toEqual(['__proto__', 'constructor'])
  })
})

describe('an output of the pipeline', () => {
  it('that cannot be evaluated is null, and told; its template never stands for it', async () => {
    const folder = folderWith({ 'p.yml': `
steps:
  a: { run: 'echo "v=[1" >> "$ORCH_OUTPUT"' }
outputs: { bad: "\${{ fromJSON(steps.a.outputs.v) }}", good: "\${{ steps.a.outputs.v }}", plain: as it is }
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.run.outputs).toEqual({ bad: null, good: '[1', plain: 'as it is' })
    expect(report.exceptions.map(({ severity, step, code, message }) => [severity, step, code, message.split(':')[0]])).toEqual([
      ['error', null, 'expression-failed', 'the output `bad` of the pipeline cannot be evaluated'],
    ])
  })
})

describe('the environment of a script', () => {
  it('is the runner\'s own, then the pipeline\'s, then the step\'s, then ours; keys of providers are not in it', async () => {
    const folder = folderWith({ 'p.yml': `
env: { A: pipeline, B: pipeline, N: 1, T: true }
providers: { claude: { type: anthropic }, other: { type: openai, api_key_env: OTHER_KEY } }
steps:
  look:
    env: { B: step, C: "\${{ env.A }}-\${{ inputs.x }}" }
    run: |
      for name in A B C D N T ORCH_STEP ORCH_NODE ORCH_ATTEMPT ORCH_RUN_ID ANTHROPIC_API_KEY OTHER_KEY GITHUB_TOKEN GITHUB_OUTPUT; do
        echo "$name=\${!name-unset}" >> "$ORCH_OUTPUT"
      done
inputs: { x: { type: string, default: y } }
` })
    const env = { A: 'runner', D: 'runner', ORCH_STEP: 'mine', ANTHROPIC_API_KEY: 'sk-1234', OTHER_KEY: 'k-5678', GITHUB_TOKEN: 'ghs_9', GITHUB_OUTPUT: '/dev/null' }
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'], { env })
    expect(outputsOf(report)).toEqual({ look: {
      A: 'pipeline', B: 'step', C: 'pipeline-y', D: 'runner', N: '1', T: 'true', ORCH_STEP: 'look', ORCH_NODE: 'look', ORCH_ATTEMPT: '1', ORCH_RUN_ID: 'r1',
      ANTHROPIC_API_KEY: 'unset', OTHER_KEY: 'unset', GITHUB_TOKEN: 'unset', GITHUB_OUTPUT: 'unset',
    } })
  })
})

describe('the shell of a script', () => {
  it('is strict bash, or what `shell` names; a missing one is told before anything runs', async () => {
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 8 }
steps:
  default: { run: "false | true\\necho never", continue_on_error: true }
  unset: { run: 'echo "$NOT_SET_ANYWHERE"', continue_on_error: true }
  sh: { shell: sh, run: 'false; echo "v=$0" >> "$ORCH_OUTPUT"' }
  python:
    shell: python3
    run: |
      import os
      with open(os.environ["ORCH_OUTPUT"], "a") as f: print("v=" + str(6 * 7), file=f)
  node: { shell: node, run: 'require("fs").appendFileSync(process.env.ORCH_OUTPUT, "v=" + 6 * 7)' }
`, 'missing.yml': 'steps:\n  first: { run: touch ran }\n  a: { shell: no-such-shell -x, run: "1" }\n' })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ default: 'failed', unset: 'failed', sh: 'passed', python: 'passed', node: 'passed' })
    expect(outputsOf(report)).toMatchObject({ sh: { v: 'sh' }, python: { v: '42' }, node: { v: '42' } })
    const missing = await orchRun({ cwd: folder, args: ['missing.yml'] })
    expect([missing.code, missing.stdout, missing.stderr, existsSync(join(folder, 'ran'))]).toEqual([
      4, '', 'error: the program `no-such-shell` is not on the PATH\n  help: install it, or name another one by `shell`\n', false,
    ])
  })
})

describe('where a script runs', () => {
  it('`inherit` and `checkout` are the checkout, `worktree` a private tree, `none` an empty folder that goes', async () => {
    const where = 'echo "v=$PWD" >> "$ORCH_OUTPUT"; echo "files=$(ls | tr "\\n" " ")" >> "$ORCH_OUTPUT"'
    const folder = repositoryWith({ 'a.txt': 'a\n', 'p.yml': `
steps:
  inherit: { run: '${where}' }
  changes: { run: '${where}; echo b > b.txt', workspace: worktree }
  after: { needs: changes, run: '${where}' }
  checkout: { needs: changes, run: '${where}', workspace: checkout }
  none: { needs: changes, run: '${where}; touch left', workspace: none }
` })
    const { report } = await runFor(0, folder, ['p.yml', '--state-dir', folderWith({})])
    const by = Object.fromEntries(report.steps.map(({ id, outputs }) => [id, { at: String(outputs.v), files: outputs.files }]))
    expect(by).toMatchObject({
      inherit: { at: folder, files: 'a.txt p.yml ' }, changes: { files: 'a.txt p.yml ' }, after: { files: 'a.txt b.txt p.yml ' },
      checkout: { at: folder, files: 'a.txt p.yml ' }, none: { files: '' },
    })
    for (const id of ['changes', 'after', 'none']) {
      expect(by[id]?.at.startsWith(folder)).toBe(false)
      expect(existsSync(by[id]?.at ?? '')).toBe(false)
    }
    expect(report.steps.map(({ id, files_changed }) => [id, files_changed])).toEqual([
      ['inherit', []], ['changes', ['b.txt']], ['after', []], ['checkout', []], ['none', []],
    ])
  })
})
