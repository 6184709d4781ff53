import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, git, holdsSecret, orchRun, removeFolders, repositoryWith, withoutCanaries } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'
import { canariesBelow } from '../rig/canaries.ts'
import { noSandbox } from '../rig/sandbox.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

/** One secret for each place where a secret can be, all told apart. */
const CANARIES = {
  key: 'canary-key-7f3a91c2', token: 'canary-token-1b2c3d4e', runtime: 'canary-runtime-99aa88', named: 'canary-named-5566ee77', input: 'canary-input-4433dd22', other: 'canary-other-0a0b0c0d',
  ssh: 'canary-ssh-1212abab', netrc: 'canary-netrc-3434cdcd', npmrc: 'canary-npmrc-5656efef', dotenv: 'canary-dotenv-7878a1a1', gitconfig: 'canary-gitconfig-9090b2b2', runner: 'canary-runner-c3c3d4d4',
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return lstatSync(path).isFile() ? [path] : []
  })
}

/** Every form in which a canary may stand somewhere. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
}

/** What greedy programs do: they print all that they can get hold of, as it is and in other forms. */
const GREEDY = `set +e
env; cat /proc/self/environ /proc/1/environ /proc/*/environ; cat /proc/*/cmdline
for f in "$HOME/.ssh/id_rsa" "$HOME/.netrc" "$HOME/.npmrc" "$CHECKOUT/.env" "$CHECKOUT/.git/config" "$RUNNER_FILES/token"; do cat "$f"; base64 "$f"; done
env | base64 -w0; echo; env | od -An -tx1 | tr -d ' \\n'; echo
git config --list --show-origin; find "$CHECKOUT" "$HOME" /tmp -maxdepth 3 -type f -exec cat {} +
env > stolen.txt; cat "$CHECKOUT/.env" >> stolen.txt
exit 0
`

describe.skipIf(noSandbox !== undefined)(`secrets in every place where they can be${noSandbox === undefined ? '' : ` (skipped: ${noSandbox})`}`, () => {
  it('are found nowhere after a run whose agents, checks and scripts grab what they can', async () => {
    const outside = folderWith({ 'home/.ssh/id_rsa': CANARIES.ssh, 'home/.netrc': CANARIES.netrc, 'home/.npmrc': CANARIES.npmrc, 'temp/token': CANARIES.runner })
    const simulator = await startSimulator({ answer: (request) => (request.answers === 0 ? { calls: [{ name: 'execute_command', input: { command: 'bash greedy.sh' } }] } : { text: `I saw ${CANARIES.key} and ${Buffer.from(CANARIES.named).toString('base64')}` }) })
    const folder = repositoryWith({
      '.gitignore': '.env\n', 'greedy.sh': GREEDY,
      'p.yml': `
inputs: { word: { type: string, required: true, secret: true } }
providers: { sim: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: SIM_KEY, prices: { m: free } } }
agents:
  program: { executor: command, command: [bash, greedy.sh], permissions: full, env: { CHECKOUT: "\${{ github.workspace }}", RUNNER_FILES: "\${{ github.workspace }}" } }
  model: { model: sim/m, tools: [files, shell], permissions: full }
checks: { greedy: { kind: custom, run: bash greedy.sh } }
steps:
  one: { agent: program, prompt: "Work with \${{ inputs.word }}", verify: greedy, env: { CHECKOUT: PLACE, RUNNER_FILES: TEMP } }
  two: { agent: model, prompt: "Say \${{ secrets.NAMED }}", verify: greedy, env: { CHECKOUT: PLACE, RUNNER_FILES: TEMP } }
  three: { needs: [one], run: 'echo "$X $W"; echo "$X" | base64; echo "$X" >&2; echo "v=$X" >> "$ORCH_OUTPUT"; exit 0', env: { X: "\${{ secrets.NAMED }}", W: "\${{ inputs.word }}" } }
`,
    })
    writeFileSync(join(folder, '.env'), `SECRET=${CANARIES.dotenv}\n`)
    holdsSecret(folder, '.env', `SECRET=${CANARIES.dotenv}\n`)
    const text = readFileSync(join(folder, 'p.yml'), 'utf8').replaceAll('PLACE', folder).replaceAll('TEMP', join(outside, 'temp')).replaceAll('"${{ github.workspace }}"', folder)
    writeFileSync(join(folder, 'p.yml'), text)
    git(folder, 'commit', '-qam', 'places')
    git(folder, 'config', 'http.extraheader', `AUTHORIZATION: basic ${CANARIES.gitconfig}`)
    const env = {
      HOME: join(outside, 'home'), SIM_KEY: CANARIES.key, GITHUB_TOKEN: CANARIES.token, ACTIONS_RUNTIME_TOKEN: CANARIES.runtime, NAMED: CANARIES.named, UNRELATED_PASSWORD: CANARIES.other,
      RUNNER_TEMP: join(outside, 'temp'), GITHUB_WORKSPACE: folder,
    }
    const reports = ['json=out/r.json', 'markdown=out/r.md', 'html=out/r.html', 'junit=out/r.xml'].flatMap((report) => ['--report', report])
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '-i', `word=${CANARIES.input}`, ...reports, '--ui', 'lines', '--json'], env })
    const logs = await orchRun({ cwd: folder, args: ['logs', (JSON.parse(ended.stdout) as { run: { id: string } }).run.id], env })
    await simulator.close()
    expect([ended.code, statuses(JSON.parse(ended.stdout) as Parameters<typeof statuses>[0])], ended.stderr).toEqual([0, { one: 'passed', two: 'passed', three: 'passed' }])

    const written = [...filesBelow(join(folder, '.orch-run')), ...filesBelow(join(folder, 'out'))]
    expect(written.length).toBeGreaterThan(10)
    const all = [ended.stdout, ended.stderr, logs.stdout, ...written.map((file) => readFileSync(file, 'latin1'))].join('\n')
    // The greedy have been at work, and what they could see was written.
    expect(all).toContain('ORCH_STEP=one')
    const shown = JSON.parse(ended.stdout) as { steps: { commit: string | null }[] }
    const patches = shown.steps.flatMap(({ commit }) => (commit === null ? [] : [git(folder, 'show', commit)]))
    expect(patches.join('\n')).toContain('ORCH_STEP=one')
    for (const [place, secret] of Object.entries(CANARIES)) {
      for (const form of forms(secret)) expect([place, `${all}\n${patches.join('\n')}`.includes(form)]).toEqual([place, false])
    }
  })
})

describe('a secret that a step was given', () => {
  const given = 'env: { T: "${{ secrets.CANARY }}" }'
  const env = { CANARY: 'canary-given-aa11bb22' }

  it.each([
    ['as it is', 'printf "%s\\n" "$T" > made.txt'], ['in base64, within something longer', 'printf "user:%s" "$T" | base64 > made.txt'],
    ['in hexadecimal', 'printf "%s" "$T" | od -An -v -tx1 | tr -d " \\n" > made.txt'], ['in a binary file', 'printf "\\000\\001%s\\000" "$T" > made.txt'],
  ])('and that it writes into a change %s ends the run with exit code 7, and nothing may build on it', async (_how, script) => {
    const folder = repositoryWith({
      'agent.sh': `${script}\n`, 'p.yml': `agents: { bot: { executor: command, command: [bash, agent.sh], permissions: full } }\nsteps:\n  work: { agent: bot, prompt: Work., ${given} }\n  next: { needs: work, run: touch ran }\n`,
    })
    const { report } = await runFor(7, folder, ['p.yml'], { env })
    expect([statuses(report), report.steps.map(({ commit }) => commit)]).toEqual([{ work: 'failed', next: 'skipped' }, [null, null]])
    expect(failures(report).work).toBe('secret-leaked: a secret stands in what was changed, and nothing of it is kept: `made.txt`')
    expect([existsSync(join(folder, 'ran')), git(folder, 'for-each-ref', 'refs/orch-run')]).toEqual([false, ''])
  })

  it('and that it leaves as an artifact ends the run with exit code 7, without the artifact', async () => {
    const folder = repositoryWith({ 'p.yml': `steps: { a: { run: 'mkdir out; echo "$T" > out/a.txt; echo fine > out/b.txt', artifacts: ["out/*"], ${given} } }\n` })
    holdsSecret(folder, 'out/a.txt', `${env.CANARY}\n`)
    const { report } = await runFor(7, folder, ['p.yml'], { env })
    expect(report.steps[0]?.artifacts.map(({ path }) => path)).toEqual(['out/b.txt'])
    expect(report.exceptions.map(({ severity, code, message }) => [severity, code, message])).toEqual([['error', 'secret-leaked', 'the artifact `out/a.txt` holds a secret and was not kept']])
  })

  it('and that stands in the run folder at the end, by whatever way, ends the run with exit code 7', async () => {
    const folder = repositoryWith({ 'p.yml': `steps: { a: { run: 'mkdir -p .orch-run/runs/r1/steps/a/1 && echo "$T" > .orch-run/runs/r1/steps/a/1/note.txt', ${given} } }\n` })
    holdsSecret(folder, '.orch-run/runs/r1/steps/a/1/note.txt', `${env.CANARY}\n`)
    const { report } = await runFor(7, folder, ['p.yml', '--run-id', 'r1'], { env })
    expect([report.run.status, report.run.exit_code]).toEqual(['failed', 7])
    expect(report.exceptions.map(({ code, message }) => [code, message])).toEqual([
      ['secret-leaked', 'a secret stands in what the run has written: `steps/a/1/note.txt`; remove it, and change the secret'],
    ])
    const shown = await orchRun({ cwd: folder, args: ['show', 'r1', '--json'] })
    expect((JSON.parse(shown.stdout) as { run: { exit_code: number } }).run.exit_code).toBe(7)
  })

  it('and that the base holds already, or that is a short word, ends nothing', async () => {
    const folder = repositoryWith({ 'a.txt': `${env.CANARY}\nold\n`, 'agent.sh': 'echo new >> a.txt\necho word > b.txt\n', 'p.yml': `agents: { bot: { executor: command, command: [bash, agent.sh], permissions: full } }\nsteps: { work: { agent: bot, prompt: Work., env: { T: "\${{ secrets.CANARY }}", W: "\${{ secrets.WORD }}" } } }\n` })
    const { report } = await runFor(0, folder, ['p.yml'], { env: { ...env, WORD: 'word' } })
    expect(report.steps[0]?.files_changed).toEqual(['a.txt', 'b.txt'])
  })
})

describe('the net under all tests that run the program', () => {
  it('finds a secret of the tests in any form, in files, in objects of git that nothing names, and in what was said', () => {
    const secret = Buffer.from('x canary-of-the-net')
    const folder = repositoryWith({ 'own.txt': 'canary-of-the-test\n' })
    for (const [at, form] of (['utf8', 'hex', 'base64'] as const).entries()) writeFileSync(join(folder, `made-${at}.txt`), `before ${secret.toString(form)}`)
    writeFileSync(join(folder, 'loose'), 'canary-that-nobody-names')
    git(folder, 'hash-object', '-w', 'loose')
    const found = canariesBelow(folder, new Map([['own.txt', 'canary-of-the-test\n']]))
    expect(found.map((line) => line.split(':')[0])).toEqual(['loose', 'made-0.txt', 'made-1.txt', 'made-2.txt', 'an object of git'])
    expect(() => withoutCanaries('standard output', 'it says canary-of-the-net')).toThrow('a secret stands in the standard output: canary-of-the-net')
    for (const name of ['loose', 'made-0.txt', 'made-1.txt', 'made-2.txt']) rmSync(join(folder, name))
    git(folder, 'prune', '--expire=now')
  })
})
